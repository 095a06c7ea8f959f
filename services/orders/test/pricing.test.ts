import { expect, test } from '@jest/globals';
import { newer } from '../src/catalogue.ts';
import { CurrenciesMixedError, CurrencyUnknownError, QuantityTooLargeError } from '../src/errors.ts';
import { maxQuantity, mergeLines, price } from '../src/pricing.ts';

const lamp = { name: 'Lamp', price: 1_250, currency: 'EUR', sequence: 3 };
const desk = { name: 'Desk', price: 19_900, currency: 'EUR', sequence: 1 };
const catalogue = new Map(Object.entries({ lamp, desk, sake: { ...desk, currency: 'JPY' } }));

test('lines of the same product become one, where the first of them was', () => {
  const lines = ['lamp', 'desk', 'lamp'].map((productId) => ({ productId, quantity: 2 }));
  expect(mergeLines(lines)).toEqual([
    { productId: 'lamp', quantity: 4 },
    { productId: 'desk', quantity: 2 },
  ]);
});

test('merging gets nobody more of a product than one line may have', () => {
  const most = { productId: 'lamp', quantity: maxQuantity };
  expect(mergeLines([most])).toEqual([most]);
  expect(() => mergeLines([most, { productId: 'lamp', quantity: 1 }])).toThrow(QuantityTooLargeError);
});

test('every line costs what the catalogue says, and the total is their sum', () => {
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

test('of what is heard of a product, the highest sequence wins', () => {
  expect(newer(undefined, lamp).state).toEqual(lamp);
  expect(newer(lamp, { ...lamp, price: 1, sequence: 2 })).toEqual({ unchanged: true, state: lamp });
  expect(newer(lamp, lamp)).toEqual({ unchanged: true, state: lamp });
  expect(newer(lamp, { ...lamp, price: 1, sequence: 10 }).state.price).toBe(1);
});
