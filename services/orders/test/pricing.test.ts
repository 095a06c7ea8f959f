import { expect, test } from '@jest/globals';
import { newer } from '../src/catalogue.ts';
import { CurrenciesMixedError, CurrencyUnknownError, QuantityTooLargeError } from '../src/errors.ts';
import { checkTotal, maxQuantity, mergeLines, price } from '../src/pricing.ts';

const lamp = { name: 'Lamp', price: 1_250, currency: 'EUR', sequence: 3 };
const desk = { name: 'Desk', price: 19_900, currency: 'EUR', sequence: 1 };
const catalogue = new Map(Object.entries({ lamp, desk, sake: { ...desk, currency: 'JPY' } }));

test('lines of the same product become one, in the place of the first', () => {
  const lines = ['lamp', 'desk', 'lamp'].map((productId) => ({ productId, quantity: 2 }));
  expect(mergeLines(lines)).toEqual([
    { productId: 'lamp', quantity: 4 },
    { productId: 'desk', quantity: 2 },
  ]);
});

test('merged lines have no more of a product than one line may have', () => {
  const most = { productId: 'lamp', quantity: maxQuantity };
  expect(mergeLines([most])).toEqual([most]);
  expect(() => mergeLines([most, { productId: 'lamp', quantity: 1 }])).toThrow(QuantityTooLargeError);
});

test('every line has the price of the catalogue, and the total is their sum', () => {
  const lines = [
    { productId: 'lamp', quantity: 3 },
    { productId: 'desk', quantity: 1 },
  ];
  expect(price(lines, catalogue)).toEqual({
    items: [
      { productId: 'lamp', name: 'Lamp', quantity: 3, unitPrice: 1_250, lineTotal: 3_750 },
      { productId: 'desk', name: 'Desk', quantity: 1, unitPrice: 19_900, lineTotal: 19_900 },
    ],
    totalAmount: 23_650,
    currency: 'EUR',
  });
});

test('one order has one currency', () => {
  const lines = ['lamp', 'sake'].map((productId) => ({ productId, quantity: 1 }));
  expect(() => price(lines, catalogue)).toThrow(CurrenciesMixedError);
  expect(() => price(lines, catalogue)).toThrow('EUR and JPY');
});

test.each(['XAU', 'XXX', 'ZZZ', 'BGN'])('nothing costs %s', (currency) => {
  const priced = new Map([['lamp', { ...lamp, currency }]]);
  expect(() => price([{ productId: 'lamp', quantity: 1 }], priced)).toThrow(CurrencyUnknownError);
});

test.each<[string, number, number, number | 'too much']>([
  ['nothing', 0, 5, 0],
  ['one minor unit', 1, 1, 1],
  ['the most that is exact', Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER],
  ['more than that', Number.MAX_SAFE_INTEGER, 2, 'too much'],
  ['far more', Number.MAX_SAFE_INTEGER, maxQuantity, 'too much'],
])('an order can cost %s: %d × %d', (_what, unitPrice, quantity, total) => {
  const of = () => price([{ productId: 'lamp', quantity }], new Map([['lamp', { ...lamp, price: unitPrice }]]));
  if (total === 'too much') expect(of).toThrow(expect.objectContaining({ code: 'total-too-large' }));
  else expect(of().totalAmount).toBe(total);
});

test('many lines together cost no more than what is exact', () => {
  const entries = new Map(['a', 'b'].map((id) => [id, { ...lamp, price: Number.MAX_SAFE_INTEGER - 1 }]));
  const lines = [...entries.keys()].map((productId) => ({ productId, quantity: 1 }));
  expect(() => price(lines, entries)).toThrow(expect.objectContaining({ code: 'total-too-large' }));
});

test.each([
  ['the same', { amount: 2_500, currency: 'EUR' }, true],
  ['no expected total', undefined, true],
  ['one minor unit less', { amount: 2_499, currency: 'EUR' }, false],
  ['one minor unit more', { amount: 2_501, currency: 'EUR' }, false],
  ['nothing to pay', { amount: 0, currency: 'EUR' }, false],
  ['another currency', { amount: 2_500, currency: 'USD' }, false],
])('the total is checked against the expected one: %s', (_what, expected, passes) => {
  const actual = { amount: 2_500, currency: 'EUR' };
  const check = () => checkTotal({ totalAmount: actual.amount, currency: actual.currency }, expected);
  if (passes) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ code: 'total-differs', extra: { expected, actual } }));
});

test('of several entries for a product, the highest sequence wins', () => {
  expect(newer(undefined, lamp).state).toEqual(lamp);
  expect(newer(lamp, { ...lamp, price: 1, sequence: 2 })).toEqual({ unchanged: true, state: lamp });
  expect(newer(lamp, lamp)).toEqual({ unchanged: true, state: lamp });
  expect(newer(lamp, { ...lamp, price: 1, sequence: 10 }).state.price).toBe(1);
});
