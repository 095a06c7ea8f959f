import type { KeyRing } from '@order-events/contracts';
import type { Consumer } from '@order-events/messaging';
import type { Client } from '@order-events/runtime';
import type { Log, Relay, Store } from '@order-events/store';
import { openCatalogue } from './catalogue.ts';
import { openOrderStore } from './order-store.ts';
import { createPlaceOrder, type PlaceOrderParts } from './place-order.ts';
import type { Awaited } from './saga.ts';
import { subscriptions } from './subscriptions.ts';
import { createTimeLimits } from './time-limits.ts';

export { requestedCancellation } from './cancellation.ts';
export { cancel } from './order.ts';
export { moveOn } from './saga.ts';

interface Parts extends Pick<PlaceOrderParts, 'deliveryMs' | 'hasRoom'> {
  readonly store: Store;
  readonly relay: Relay;
  readonly keys: KeyRing;
  readonly clock: () => Date;
  /** Asked for products that were never heard of. */
  readonly inventory: Pick<Client, 'get'>;
  readonly limits: Readonly<Record<Awaited, number>>;
  readonly log: Log;
}

/** Orders without its doors: what it keeps, what it does about requests and events, and what its sweep looks for. */
export async function openApplication({ store, relay, keys, clock, inventory, limits, log, ...placing }: Parts) {
  const orders = await openOrderStore(store, { keys, relay, clock });
  const catalogue = await openCatalogue(store, { keys, relay, inventory });
  return {
    orders,
    placeOrder: createPlaceOrder({ orders, catalogue, ...placing }),
    handlers: subscriptions({ orders, catalogue, clock }),
    /** Only while this consumer has heard all there is to hear does time run out for an order. */
    jobs: (consumer: Consumer) => createTimeLimits({ orders, consumer, clock, limits, log }),
  };
}
