import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSealed, newSealingKey, open, parseKeys, SigningKeyError, seal, UnsealError } from '../src/index.ts';
import { caught } from './caught.ts';

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

test('each way of not being proven has its own verdict', () => {
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

test.each([
  ['', 'it has no key'],
  [`a:/services/orders:${Buffer.from('short').toString('base64')}`, 'key 1 has fewer than 32 bytes'],
  [`:/services/orders:${old}`, 'key 1 has no usable id'],
  [`a:orders:${old}`, 'key 1 names no source such as /services/orders'],
  [`a:/services/orders:${old.replace(/.=/, '!=')}`, 'key 1 is not base64'],
  [`a:/services/orders:${old}:x`, 'key 1 has more than kid:source:base64'],
  [`a:/services/orders:${old},b:/services/audit:${old},a:/services/email:${old}`, 'key 3 has the id of key 1'],
  [`${old}:/services/orders:a,${old}`, 'key 1 has no usable id; key 1 has fewer than 32 bytes; key 2'],
])('signing keys that can’t be used are refused by place, and none is shown (%#)', (text, fault) => {
  const refusal = caught(() => parseKeys(text));
  expect(refusal).toBeInstanceOf(SigningKeyError);
  expect(refusal.message).toContain(fault);
  expect(inspect(refusal)).not.toContain(old.slice(0, 8));
});

test('a key ring shows no key and signs only for sources of its keys', () => {
  expect(inspect(keys, { depth: 9, showHidden: true }) + JSON.stringify(keys)).not.toContain(old.slice(0, 8));
  expect(keys.canSign('/services/orders')).toBe(true);
  expect(keys.canSign('/services/ghost')).toBe(false);
  expect(() => keys.sign('/services/ghost', body)).toThrow('no key signs for /services/ghost');
});

test('a sealed value opens with its key alone, and sealing twice gives different text', () => {
  const key = newSealingKey('order-1');
  fc.assert(fc.property(fc.string(), (text) => expect(open(key, seal(key, text))).toBe(text)));
  expect(seal(key, 'a')).not.toBe(seal(key, 'a'));
  expect(() => open({ ...newSealingKey('order-1') }, seal(key, 'a'))).toThrow(UnsealError);
  expect(() => open(newSealingKey('order-2'), seal(key, 'a'))).toThrow(UnsealError);
  expect(() => open(key, `${seal(key, 'a').slice(0, -4)}AAA=`)).toThrow(UnsealError);
  expect(() => open(key, 'in clear')).toThrow(UnsealError);
});

test('a value cut to any length, or naming another key, does not open', () => {
  const key = newSealingKey('order-1');
  const [, , , content = ''] = seal(key, 'a street').split(':');
  for (let length = 1; length < content.length; length += 1) {
    const cut = `sealed:v1:order-1:${content.slice(0, length)}`;
    expect(() => open(key, cut)).toThrow(UnsealError);
  }
  // 4 bytes would pass for a tag by themselves: one guess in 2³² would open it.
  expect(caught(() => open(key, 'sealed:v1:order-1:AAAAAA==')).cause).toMatchObject({
    code: 'ERR_CRYPTO_INVALID_AUTH_TAG',
  });
  expect(() => open({ ...key, keyId: 'order-2' }, `sealed:v1:order-2:${content}`)).toThrow(UnsealError);
});

test('only text in the form of a sealed value counts as sealed', () => {
  expect(isSealed(seal(newSealingKey(), ''))).toBe(true);
  for (const value of [
    '',
    'sealed:v1:',
    'sealed:v1:k:',
    'sealed:v2:k:AAAA',
    'sealed:v1:a_b:AAAA',
    'a sealed:v1:k:AAAA',
    1,
  ]) {
    expect(isSealed(value)).toBe(false);
  }
  expect(() => newSealingKey('order_1')).toThrow(RangeError);
});
