import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newSealingKey, open, parseKeys, seal, UnsealError } from '../src/index.ts';

const secret = () => randomBytes(32).toString('base64');
const old = secret();
const keys = parseKeys(
  `o2:/services/orders:${secret()}, o1:/services/orders:${old},i1:/services/inventory:${secret()}`,
);
const body = '{"id":"1"}';

test('the first key of a source signs, a retired one still verifies', () => {
  const signature = keys.sign('/services/orders', body);
  expect(signature).toMatch(/^v1,o2,/);
  expect(keys.verify(signature, '/services/orders', body)).toBe('ok');
  const retired = parseKeys(`o1:/services/orders:${old}`).sign('/services/orders', body);
  expect(keys.verify(retired, '/services/orders', body)).toBe('ok');
});

test('what is not proven is told apart', () => {
  const signature = keys.sign('/services/orders', body);
  expect(keys.verify(undefined, '/services/orders', body)).toBe('unsigned');
  expect(keys.verify('v1,o2', '/services/orders', body)).toBe('malformed');
  expect(keys.verify(signature.replace('o2', 'o9'), '/services/orders', body)).toBe('unknown-key');
  expect(keys.verify(signature, '/services/inventory', body)).toBe('wrong-source');
  expect(keys.verify(signature, '/services/orders', `${body} `)).toBe('bad');
});

test('any changed byte is noticed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, flip) => {
      const changed = Uint8Array.from(bytes);
      changed[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip;
      expect(keys.verify(keys.sign('/services/orders', bytes), '/services/orders', changed)).toBe('bad');
    }),
  );
});

test('keys that can’t be used are all named, and none is shown', () => {
  const short = Buffer.from('short').toString('base64');
  const text = `a:/services/orders:${short},:/services/orders:${old},b:orders:${old},b:/services/audit:${old}`;
  expect(() => parseKeys(text)).toThrow(
    /key 1 has fewer than 32 bytes; key 2 has no usable id; key 3 names no source.*key id b is used twice/,
  );
  expect(() => parseKeys(text)).not.toThrow(new RegExp(short));
  expect(() => parseKeys('')).toThrow('there is no key');
  expect(() => keys.sign('/services/ghost', body)).toThrow('there is no key that signs for /services/ghost');
});

test('what is sealed opens with its key alone, and twice sealed looks different', () => {
  const key = newSealingKey('order-1');
  fc.assert(fc.property(fc.string(), (text) => expect(open(key, seal(key, text))).toBe(text)));
  expect(seal(key, 'a')).not.toBe(seal(key, 'a'));
  expect(() => open({ ...newSealingKey('order-1') }, seal(key, 'a'))).toThrow(UnsealError);
  expect(() => open(newSealingKey('order-2'), seal(key, 'a'))).toThrow(UnsealError);
  expect(() => open(key, `${seal(key, 'a').slice(0, -4)}AAA=`)).toThrow(UnsealError);
  expect(() => open(key, 'in clear')).toThrow(UnsealError);
});
