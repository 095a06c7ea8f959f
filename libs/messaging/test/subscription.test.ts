import { expect, test } from '@jest/globals';
import { SubscriptionError } from '../src/errors.ts';
import { checkHandlers, checkOrder, on, onEvery } from '../src/subscription.ts';

const nothing = async () => undefined;
const handling = (...types: string[]) => types.map((type) => ({ type, handle: nothing }));

test('handlers for exactly the types that the queue consumes are accepted', () => {
  const consumed = handling('order.created.v1', 'order.status_changed.v1', 'order.cancelled.v1');
  expect(() => checkHandlers('inventory', consumed)).not.toThrow();
  expect(() => checkHandlers('audit', [onEvery(nothing)])).not.toThrow();
});

test('every missing, surplus and doubled handler is named at once', () => {
  const handlers = handling('order.created.v1', 'order.created.v1', 'product.changed.v1');
  expect(() => checkHandlers('inventory', handlers)).toThrow(SubscriptionError);
  expect(() => checkHandlers('inventory', handlers)).toThrow(
    /no handler for .*order\.cancelled\.v1; product\.changed\.v1 is handled, but .*; two handlers for order\.created\.v1/,
  );
});

test('only a queue that consumes everything may have a handler for everything', () => {
  expect(() => checkHandlers('inventory', [onEvery(nothing)])).toThrow(/# is handled/);
  expect(() => checkHandlers('audit', [on({ type: 'order.created.v1' }, nothing)])).toThrow(/no handler for #/);
});

test('a queue of no service is refused with what to do', () => {
  expect(() => checkHandlers('gfits' as 'gifts', [])).toThrow(
    'there is no queue gfits: add it to its service in libs/contracts/src/services.ts',
  );
});

test('order can be asked of sources whose events the queue all consumes', () => {
  expect(() => checkOrder('notifications', ['/services/orders'])).not.toThrow();
  expect(() => checkOrder('payments', ['/services/orders'])).not.toThrow();
  expect(() => checkOrder('audit', ['/services/orders', '/services/inventory', '/services/payments'])).not.toThrow();
});

test('order asked of a source is refused when the queue would wait for events that it never consumes, and all of them are named', () => {
  const asked = () => checkOrder('notifications', ['/services/orders', '/services/inventory', '/services/nobody']);
  expect(asked).toThrow(SubscriptionError);
  expect(asked).toThrow(/order asked of notifications: inventory\.reserved of \/services\/inventory isn't consumed; /);
  expect(asked).toThrow(
    /product\.changed of \/services\/inventory isn't consumed; \/services\/nobody publishes nothing$/,
  );
  expect(() => checkOrder('inventory', ['/services/orders'])).toThrow(/order\.updated .*order\.completed/);
});
