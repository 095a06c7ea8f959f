import type { KeyRing } from '@order-events/contracts';
import type { Log, Relay, Store } from '@order-events/store';
import { openProducts, openReservations } from './inventory-store.ts';
import { createStockReservations } from './reserve-stock.ts';
import { subscriptions } from './subscriptions.ts';
import { unfinishedReservations } from './unfinished.ts';

export { changeProduct, type Product } from './product.ts';

interface Parts {
  readonly store: Store;
  readonly relay: Relay;
  readonly keys: KeyRing;
  readonly clock: () => Date;
  readonly log: Log;
}

/** Inventory without its doors: what it keeps, what it does about events, and what its sweep finishes. */
export async function openApplication({ store, relay, keys, clock, log }: Parts) {
  const products = await openProducts({ store, keys, relay, clock });
  const reservations = await openReservations({ store, keys, relay, clock });
  const stock = createStockReservations({ reservations, products, now: () => clock().toISOString() });
  const jobs = unfinishedReservations({ reservations, stock, clock, log });
  return { products, reservations, handlers: subscriptions(stock), jobs };
}
