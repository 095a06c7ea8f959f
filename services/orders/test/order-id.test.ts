import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { orderIdOf, orderNumberOf } from '../src/order-id.ts';

test('an id follows from caller and key, today and for ever', () => {
  expect(orderIdOf('ada', 'key-1')).toBe('8304bbae-dfd2-558f-9612-74a2766f0715');
  expect(orderNumberOf(orderIdOf('ada', 'key-1'))).toBe('N474EFNVMRZF');
});

test('no other caller and key share it', () => {
  const pair = fc.tuple(fc.string(), fc.string());
  fc.assert(
    fc.property(pair, pair, (one, other) => {
      const same = one[0] === other[0] && one[1] === other[1];
      expect(orderIdOf(...one) === orderIdOf(...other)).toBe(same);
    }),
  );
  expect(orderIdOf('ada', 'b')).not.toBe(orderIdOf('adab', ''));
});

test('a number is twelve characters that nobody mistakes for another', () => {
  fc.assert(fc.property(fc.uuid(), (id) => /^[0-9A-HJKMNP-TV-Z]{12}$/.test(orderNumberOf(id))));
});
