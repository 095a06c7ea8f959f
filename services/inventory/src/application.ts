import type { KeyRing } from '@order-events/contracts';
import { createPostings, type Log, type Relay, type Store } from '@order-events/store';
import { openDocuments } from './inventory-store.ts';
import { createManualHolds } from './manual-hold.ts';
import { createStockReservations } from './reserve-stock.ts';
import { createRestocks, isRestock } from './restock.ts';
import { subscriptions } from './subscriptions.ts';
import { unfinished } from './unfinished.ts';

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
  const { products, reservations, restocks } = documents;
  const entryOf = (id: string) => (isRestock(id) ? restocks : reservations).get(id);
  const postings = createPostings({ totals: products, entryOf });
  const stock = createStockReservations({ reservations, postings, now });
  const manualHolds = createManualHolds({ reservations, stock, now });
  const repeatable = createRestocks({ restocks, products, postings, now });
  const jobs = unfinished({ documents, stock, restocks: repeatable, clock, log });
  return { products, reservations, manualHolds, restocks: repeatable, handlers: subscriptions(stock), jobs };
}
