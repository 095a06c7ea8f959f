import type { KeyRing } from '@order-events/contracts';
import { createDocuments, type Documents, type Relay, type Store } from '@order-events/store';
import type { Product } from './product.ts';
import { isEnded, isUnderWay, type Reservation } from './reservation.ts';

export const source = '/services/inventory';

interface Parts {
  readonly store: Store;
  readonly relay: Relay;
  readonly keys: KeyRing;
  readonly clock?: () => Date;
}

/** A product gathers over all orders: it keeps no ids of events, its holds are keyed by reservation. */
export async function openProducts({ store, relay, keys, clock }: Parts): Promise<Documents<Product>> {
  const collection = await store.collection<Product>('products');
  relay.watch(collection);
  return createDocuments(collection, { source, keys, relay, keepsSeen: false, ...(clock && { clock }) });
}

/**
 * A reservation's status alone tells what is still to be done, so a repeated event changes nothing; one marked as seen
 * half-way would never be finished.
 */
export async function openReservations({ store, relay, keys, clock }: Parts): Promise<Documents<Reservation>> {
  const collection = await store.collection<Reservation>('reservations', {
    indexes: {
      underWay: (reservation) => (isUnderWay(reservation) ? reservation.changedAt : undefined),
      toRecheck: (reservation) => (isEnded(reservation) && !reservation.rechecked ? reservation.changedAt : undefined),
    },
  });
  relay.watch(collection);
  const userId = ({ cause }: Reservation) => cause.userId;
  return createDocuments(collection, { source, keys, relay, keepsSeen: false, userId, ...(clock && { clock }) });
}
