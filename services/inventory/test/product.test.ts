import { expect, test } from '@jest/globals';
import {
  CurrencyFixedError,
  OutOfStockError,
  PriceTooHighError,
  ProductIncompleteError,
  ProductNotFoundError,
  RestockNotNamedError,
  StockBelowZeroError,
} from '../src/errors.ts';
import { type Operation, operations } from '../src/operations.ts';
import { changeProduct, move, type Product, type ProductDecision } from '../src/product.ts';

const lamp: Product = {
  ...{ name: 'Lamp', price: 1999, currency: 'EUR', lowStockAt: 2 },
  ...{ available: 10, held: 0, sold: 0, lost: 0, shortage: 0, moving: {} },
};
const entryId = '0c9f3b52-8a43-5d8e-9b0a-3f0f6f1f7d11';
const busy: Product = { ...lamp, held: 20, sold: 30, lost: 40 };

function eventTypes(decision: ProductDecision): string[] {
  return 'unchanged' in decision ? [] : decision.events.map((draft) => draft.contract.type);
}

const done = (operation: Operation, quantity: number, product = busy, isHeld = true) =>
  move('lamp', product, operation, quantity, isHeld).state as Product;
const unitsOf = ({ available, held, sold, lost, shortage }: Product) => available + held + sold + lost - shortage;

test.each(Object.entries(operations))('%s takes units from one place, puts them into another', (name, { from, to }) => {
  const after = done(name as Operation, 3);
  expect(after).toEqual({ ...busy, [from]: busy[from] - 3, [to]: busy[to] + 3 });
});

test('more than is available is refused with the figures', () => {
  expect(() => done('hold', 11)).toThrow(new OutOfStockError('lamp', 11, 10));
});

test('a hold of an unknown product is refused; every other operation changes nothing', () => {
  expect(() => move('ghost', undefined, 'hold', 1, false)).toThrow(ProductNotFoundError);
  for (const operation of ['undo', 'release', 'dispatch', 'take', 'return', 'lose', 'recover'] as const) {
    expect(move('ghost', undefined, operation, 1, true)).toMatchObject({ unchanged: true });
  }
});

test('an undo without a hold moves nothing, and is written all the same', () => {
  expect(move('lamp', busy, 'undo', 3, false)).toEqual({ state: busy, events: [] });
});

test('units dispatched without stock are shortage, which incoming units repay first', () => {
  const short = done('take', 14);
  expect(short).toMatchObject({ available: 0, sold: 44, shortage: 4 });
  expect(done('return', 3, short)).toMatchObject({ available: 0, sold: 41, shortage: 1 });
  expect(done('release', 3, short)).toMatchObject({ available: 0, held: 17, shortage: 1 });
  expect(done('recover', 6, short)).toMatchObject({ available: 2, lost: 34, shortage: 0 });
  expect(changeProduct('lamp', short, { restock: 5 }, entryId).state).toMatchObject({ available: 1, shortage: 0 });
  expect(changeProduct('lamp', short, { restock: 3 }, entryId).state).toMatchObject({ available: 0, shortage: 1 });
  for (const after of [short, done('return', 3, short), done('recover', 6, short)]) {
    expect(unitsOf(after)).toBe(unitsOf(busy));
  }
});

test('low stock is published once per crossing, and again only after a restock', () => {
  const low = move('lamp', lamp, 'hold', 8, false);
  expect(eventTypes(low)).toEqual(['product.changed.v1', 'inventory.low_stock.v1']);
  const lower = move('lamp', low.state, 'hold', 1, false);
  expect(eventTypes(lower)).toEqual([]);
  const restocked = changeProduct('lamp', lower.state, { restock: 5 }, entryId);
  expect(eventTypes(restocked)).toEqual(['inventory.adjusted.v1', 'product.changed.v1']);
  expect(eventTypes(move('lamp', restocked.state, 'hold', 4, false))).toEqual([
    'product.changed.v1',
    'inventory.low_stock.v1',
  ]);
});

test('units that move within one availability label publish no product.changed', () => {
  expect(eventTypes(move('lamp', lamp, 'hold', 1, false))).toEqual([]);
  expect(eventTypes(changeProduct('lamp', lamp, { price: 2499 }))).toEqual(['product.changed.v1']);
});

test('a new product is published, and starts with the units of its restock', () => {
  const made = changeProduct('lamp', undefined, { name: 'Lamp', price: 1999, currency: 'EUR', restock: 4 });
  expect(made.state).toEqual({ ...lamp, lowStockAt: 0, available: 4 });
  expect(eventTypes(made)).toEqual(['product.changed.v1']);
});

test('a restock of an existing product is published with its delta, and refused without an entry id', () => {
  for (const restock of [5, -3]) {
    const { events } = changeProduct('lamp', lamp, { restock }, entryId) as Extract<
      ProductDecision,
      { events: unknown }
    >;
    expect(events[0]?.data).toEqual({ productId: 'lamp', delta: restock, entryId });
    expect(() => changeProduct('lamp', lamp, { restock })).toThrow(RestockNotNamedError);
  }
  expect(eventTypes(changeProduct('lamp', lamp, { restock: 0, price: 5 }))).toEqual(['product.changed.v1']);
});

test('a new product needs a name, a price and a currency', () => {
  expect(() => changeProduct('lamp', undefined, { name: 'Lamp', restock: 4 })).toThrow(ProductIncompleteError);
});

test('stock never goes below zero, also where there is shortage', () => {
  expect(() => changeProduct('lamp', lamp, { restock: -11 })).toThrow(StockBelowZeroError);
  expect(() => changeProduct('lamp', done('take', 14), { restock: -1 })).toThrow(StockBelowZeroError);
  expect(changeProduct('lamp', lamp, { restock: -10 }, entryId).state.available).toBe(0);
});

test('the currency is fixed while orders are open, whatever else changes, and free once they are not', () => {
  for (const more of [{}, { price: 5 }, { restock: 5 }, { name: 'Lampe' }]) {
    expect(() => changeProduct('lamp', busy, { currency: 'USD', ...more })).toThrow(CurrencyFixedError);
  }
  expect(changeProduct('lamp', busy, { currency: 'EUR', price: 5 }).state.price).toBe(5);
  expect(changeProduct('lamp', { ...busy, held: 0 }, { currency: 'USD' }).state.currency).toBe('USD');
});

test.each([
  ['EUR', 100_000_000_000],
  ['IDR', 100_000_000_000],
  ['JPY', 1_000_000_000],
  ['ISK', 1_000_000_000],
  ['KWD', 1_000_000_000_000],
  ['CLF', 10_000_000_000_000],
])('a price in %s is at most a billion of it, %i in minor units', (currency, most) => {
  const made = changeProduct('lamp', undefined, { name: 'Lamp', currency, price: most });
  expect(made.state.price).toBe(most);
  expect(() => changeProduct('lamp', undefined, { name: 'Lamp', currency, price: most + 1 })).toThrow(
    PriceTooHighError,
  );
  expect(() => changeProduct('lamp', made.state, { price: most + 1 })).toThrow(PriceTooHighError);
});

test('a currency that makes the price too high is refused; a product that was stored with a higher price still moves', () => {
  const dear = { ...lamp, price: 100_000_000_000 };
  expect(() => changeProduct('lamp', dear, { currency: 'JPY' })).toThrow(PriceTooHighError);
  expect(changeProduct('lamp', { ...dear, currency: 'JPY' }, { restock: 1 }, entryId).state.available).toBe(11);
});
