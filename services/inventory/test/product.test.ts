import { expect, test } from '@jest/globals';
import {
  OutOfStockError,
  ProductBusyError,
  ProductIncompleteError,
  ProductNotFoundError,
  StockBelowZeroError,
} from '../src/errors.ts';
import { changeProduct, hold, maxOpenHolds, type Product, type ProductDecision, undoHold } from '../src/product.ts';

const lamp: Product = { name: 'Lamp', price: 1999, currency: 'EUR', lowStockAt: 2, available: 10, sold: 0, holds: {} };

function said(decision: ProductDecision): string[] {
  return 'unchanged' in decision ? [] : decision.events.map((draft) => draft.contract.type);
}

test('a hold moves units from available to held, once', () => {
  const held = hold('lamp', lamp, 'order-1', 3);
  expect(held.state).toMatchObject({ available: 7, holds: { 'order-1': 3 } });
  expect(hold('lamp', held.state, 'order-1', 3)).toMatchObject({ unchanged: true });
});

test('more than is available is refused with the figures', () => {
  expect(() => hold('lamp', lamp, 'order-1', 11)).toThrow(new OutOfStockError('lamp', 11, 10));
});

test('a product that is unknown, or holds as many orders as fit, is refused', () => {
  expect(() => hold('ghost', undefined, 'order-1', 1)).toThrow(ProductNotFoundError);
  const holds = Object.fromEntries(Array.from({ length: maxOpenHolds }, (_, n) => [`order-${n}`, 1]));
  expect(() => hold('lamp', { ...lamp, holds }, 'one-more', 1)).toThrow(ProductBusyError);
});

test('undoing gives back exactly what was held, and nothing the second time', () => {
  const held = hold('lamp', lamp, 'order-1', 3).state;
  const undone = undoHold('lamp', held, 'order-1');
  expect(undone.state).toEqual(lamp);
  expect(undoHold('lamp', undone.state, 'order-1')).toMatchObject({ unchanged: true });
  expect(undoHold('ghost', undefined, 'order-1')).toMatchObject({ unchanged: true });
});

test('a reservation id that is a name of Object.prototype holds nothing by itself', () => {
  expect(undoHold('lamp', lamp, 'constructor')).toMatchObject({ unchanged: true });
  expect(hold('lamp', lamp, 'constructor', 1).state.holds).toEqual({ constructor: 1 });
});

test('low stock is said once per crossing, and again only after a restock', () => {
  const low = hold('lamp', lamp, 'order-1', 8);
  expect(said(low)).toEqual(['product.changed.v1', 'inventory.low_stock.v1']);
  const lower = hold('lamp', low.state, 'order-2', 1);
  expect(said(lower)).toEqual([]);
  const restocked = changeProduct('lamp', lower.state, { restock: 5 });
  expect(said(restocked)).toEqual(['product.changed.v1']);
  expect(said(hold('lamp', restocked.state, 'order-3', 4))).toEqual(['product.changed.v1', 'inventory.low_stock.v1']);
});

test('units that move within one label are not news for the catalogue', () => {
  expect(said(hold('lamp', lamp, 'order-1', 1))).toEqual([]);
  expect(said(changeProduct('lamp', lamp, { price: 2499 }))).toEqual(['product.changed.v1']);
});

test('a new product is said, and starts with what it is restocked by', () => {
  const made = changeProduct('lamp', undefined, { name: 'Lamp', price: 1999, currency: 'EUR', restock: 4 });
  expect(made.state).toMatchObject({ available: 4, sold: 0, lowStockAt: 0, holds: {} });
  expect(said(made)).toEqual(['product.changed.v1']);
});

test('a new product needs a name, a price and a currency', () => {
  expect(() => changeProduct('lamp', undefined, { name: 'Lamp', restock: 4 })).toThrow(ProductIncompleteError);
});

test('stock never goes below zero', () => {
  expect(() => changeProduct('lamp', lamp, { restock: -11 })).toThrow(StockBelowZeroError);
});
