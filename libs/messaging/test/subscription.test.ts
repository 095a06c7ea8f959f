import { expect, test } from '@jest/globals';
import { SubscriptionError } from '../src/errors.ts';
import { checkHandlers, on, onEvery } from '../src/subscription.ts';

const nothing = async () => undefined;
const handling = (...types: string[]) => types.map((type) => ({ type, handle: nothing }));

test('handlers that are exactly what the queue hears are taken', () => {
  expect(() => checkHandlers('inventory', handling('order.created.v1', 'order.cancelled.v1'))).not.toThrow();
  expect(() => checkHandlers('audit', [onEvery(nothing)])).not.toThrow();
});

test('every missing, surplus and doubled handler is named at once', () => {
  const handlers = handling('order.created.v1', 'order.created.v1', 'product.changed.v1');
  expect(() => checkHandlers('inventory', handlers)).toThrow(SubscriptionError);
  expect(() => checkHandlers('inventory', handlers)).toThrow(
    /no handler for order\.cancelled\.v1; product\.changed\.v1 is handled, but .*; two handlers for order\.created\.v1/,
  );
});

test('only a queue that hears everything may have a handler for everything', () => {
  expect(() => checkHandlers('inventory', [onEvery(nothing)])).toThrow(/# is handled/);
  expect(() => checkHandlers('audit', [on({ type: 'order.created.v1' }, nothing)])).toThrow(/no handler for #/);
});
