import type { KeyRing } from '@order-events/contracts';
import type { Log, Relay, Store } from '@order-events/store';
import { openDocuments } from './inventory-store.ts';
import { createManualHolds } from './manual-hold.ts';
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
  const documents = await openDocuments({ store, keys, relay, clock });
  const now = () => clock().toISOString();
  const stock = createStockReservations({ ...documents, now });
  const manualHolds = createManualHolds({ ...documents, stock, now });
  const jobs = unfinishedReservations({ documents, stock, clock, log });
  return { ...documents, manualHolds, handlers: subscriptions(stock), jobs };
}
