import type { KeyRing } from '@order-events/contracts';
import { createDocuments, type Documents, type Relay, type Store, upcasting } from '@order-events/store';
import { asReservation, carryOver, firstShape, isFirstShape } from './first-shape.ts';
import type { Product } from './product.ts';
import type { Reservation } from './reservation.ts';
import type { Restock } from './restock.ts';

export const source = '/services/inventory';

interface Parts {
  readonly store: Store;
  readonly relay: Relay;
  readonly keys: KeyRing;
  readonly clock?: () => Date;
}

export interface InventoryDocuments {
  readonly products: Documents<Product>;
  readonly reservations: Documents<Reservation>;
  readonly restocks: Documents<Restock>;
}

/**
 * Opens products, reservations and restocks, and carries over documents of the first shape. None stores ids of events it
 * has seen: a reservation's facts and pending operation show what is still to do, so a repeated event changes nothing. An
 * event marked as seen before its operation is done would never be finished.
 */
export async function openDocuments({ store, relay, keys, clock }: Parts): Promise<InventoryDocuments> {
  const products = await store.collection<Product>('products', {
    indexes: { [firstShape]: isFirstShape, moving: (product) => (isMoving(product) ? 'yes' : undefined) },
  });
  const stored = await store.collection<Reservation>('reservations', {
    indexes: {
      pending: (reservation) => {
        const { pending, changedAt } = asReservation(reservation);
        return pending && changedAt;
      },
    },
  });
  const restocks = await store.collection<Restock>('restocks', {
    indexes: { pending: ({ pending, changedAt }) => pending && changedAt },
  });
  const reservations = upcasting(stored, asReservation);
  await carryOver(products, reservations);
  relay.watch(products);
  relay.watch(reservations);
  relay.watch(restocks);
  const common = { source, keys, relay, keepsSeen: false, ...(clock && { clock }) };
  const userId = ({ cause }: Reservation) => cause.userId;
  return {
    products: createDocuments(products, common),
    reservations: createDocuments(reservations, { ...common, userId }),
    restocks: createDocuments(restocks, common),
  };
}

// Documents of the first shape, without `moving`, are indexed as well.
function isMoving({ moving = {} }: Partial<Product>): boolean {
  return Object.keys(moving).length > 0;
}
