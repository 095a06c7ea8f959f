import { type Document, type Log, overdue, sweepEach } from '@order-events/store';
import type { InventoryDocuments } from './inventory-store.ts';
import type { Product } from './product.ts';
import type { Reservation } from './reservation.ts';
import type { StockReservations } from './reserve-stock.ts';
import type { Restock, Restocks } from './restock.ts';

/** A pending operation this old is taken up by the sweep: far longer than the handling of a message takes. */
const underWayForMs = 10_000;

interface Parts {
  readonly documents: InventoryDocuments;
  readonly stock: Pick<StockReservations, 'finish' | 'dropMarkers'>;
  readonly restocks: Pick<Restocks, 'finish'>;
  readonly clock: () => Date;
  readonly log: Log;
}

/** Jobs of the sweep: finish operations that a crash interrupted, and drop markers that no writer has dropped. */
export function unfinished({ documents, stock, restocks, clock, log }: Parts): (() => Promise<void>)[] {
  const finish = sweepEach<Document<Reservation>>({
    name: 'finish reservations',
    find: overdue(documents.reservations, 'pending', { clock, ms: underWayForMs }),
    act: ({ id, state }) => stock.finish(id, state.cause),
    about: ({ state }) => ({ orderId: state.orderId }),
    log,
  });
  const finishRestocks = sweepEach<Document<Restock>>({
    name: 'finish restocks',
    find: overdue(documents.restocks, 'pending', { clock, ms: underWayForMs }),
    act: ({ id, state }) => restocks.finish(id, state.cause),
    about: ({ id, state: { productId } }) => ({ id, productId }),
    log,
  });
  const dropMarkers = sweepEach<Document<Product>>({
    name: 'drop markers',
    find: (page) => documents.products.find('moving', page),
    act: ({ id }) => stock.dropMarkers(id),
    about: ({ id }) => ({ productId: id }),
    log,
  });
  return [finish, finishRestocks, dropMarkers];
}
