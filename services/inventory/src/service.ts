import { defineService } from '@order-events/service';
import { createPostings } from '@order-events/store';
import { routes } from './http.ts';
import { openDocuments } from './inventory-store.ts';
import { createManualHolds } from './manual-hold.ts';
import { createStockReservations } from './reserve-stock.ts';
import { createRestocks, isRestock } from './restock.ts';
import { subscriptions } from './subscriptions.ts';
import { unfinished } from './unfinished.ts';

/** Inventory: holds all lines of an order or none, releases exactly the held lines, and keeps the catalogue. */
export const service = defineService({
  name: 'inventory',
  async open({ store, keys, clock, log, outbox }) {
    const now = () => clock().toISOString();
    const documents = await openDocuments({ store, keys, relay: outbox(), clock });
    const { products, reservations } = documents;
    const entryOf = (id: string) => (isRestock(id) ? documents.restocks : reservations).get(id);
    const postings = createPostings({ totals: products, entryOf });
    const stock = createStockReservations({ reservations, postings, now });
    const manualHolds = createManualHolds({ reservations, stock, now });
    const restocks = createRestocks({ restocks: documents.restocks, products, postings, now });
    return {
      products,
      reservations,
      restocks,
      manualHolds,
      subscriptions: [{ queue: 'inventory', handlers: subscriptions(stock) }],
      jobs: unfinished({ documents, stock, restocks, clock, log }),
      routes: routes({ products, manualHolds, restocks }),
    };
  },
});
