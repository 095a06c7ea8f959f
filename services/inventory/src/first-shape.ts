import { type Collection, type Document, newDocument } from '@order-events/store';
import { manualId } from './manual-hold.ts';
import type { Product } from './product.ts';
import type { Reservation } from './reservation.ts';

/** A product in the first stored shape: `holds` has the held units by order, or by `manual:<purpose>`. */
export type FirstProduct = Omit<Product, 'held' | 'lost' | 'shortage' | 'moving'> & {
  readonly holds: Readonly<Record<string, number>>;
};

/** A reservation in the first stored shape. */
export type FirstReservation = Omit<Reservation, 'status' | 'n' | 'pending' | 'facts' | 'byHand'> & {
  readonly status: 'reserving' | 'reserved' | 'rejecting' | 'rejected' | 'releasing' | 'released';
  /** Ended, and checked again minutes later for holds of a stalled handler. */
  readonly rechecked?: true;
};

/**
 * Upcasts a reservation of either shape. A hold was operation 1, a release is 2. A product's holds become its markers of
 * operation 1, so an operation that was half done goes on where it stopped.
 */
export function asReservation(stored: Reservation | FirstReservation): Reservation {
  if ('n' in stored) return stored;
  const { status, rechecked, ...rest } = stored;
  const wanted = { ...rest, facts: { wanted: true } } as const;
  const cancelled = { ...rest, facts: { wanted: true, cancelled: true } } as const;
  switch (status) {
    case 'reserving':
      return { ...wanted, status: 'new', n: 1, pending: 'hold' };
    case 'reserved':
      return { ...wanted, status, n: 1 };
    case 'rejecting':
      return { ...wanted, status: 'new', n: 2, pending: 'undo' };
    case 'releasing':
      return { ...cancelled, status: 'new', n: 2, pending: 'undo' };
    default: {
      const ended = { ...(status === 'rejected' ? wanted : cancelled), status, n: 2 } as const;
      return rechecked ? ended : { ...ended, pending: 'undo' };
    }
  }
}

export const firstShape = 'firstShape';
export const isFirstShape = (stored: Product | FirstProduct) => ('holds' in stored ? 'yes' : undefined);

/**
 * Carries over every product of the first shape. Several instances may run it at once, and again after a crash. No
 * process of the version that knows only the first shape may still write to the store.
 */
export async function carryOver(products: Collection<Product>, reservations: Collection<Reservation>): Promise<void> {
  for (;;) {
    const { documents } = await products.find(firstShape, { limit: 100 });
    if (documents.length === 0) return;
    for (const document of documents) await carryOverOne(document as never, products, reservations);
  }
}

async function carryOverOne(
  document: Document<FirstProduct>,
  products: Collection<Product>,
  reservations: Collection<Reservation>,
): Promise<void> {
  const { holds, ...fields } = document.state;
  for (const [id, quantity] of Object.entries(holds)) {
    const purpose = manualPurpose(id);
    if (purpose !== undefined) await insertManual(purpose, document.id, quantity, reservations);
  }
  const moving = Object.fromEntries(Object.keys(holds).map((id) => [markerOf(id, document.id), 1]));
  const held = Object.values(holds).reduce((sum, units) => sum + units, 0);
  // A false result needs no retry here: a product that still has the first shape is found by the next query.
  await products.replace({ ...document, state: { ...fields, held, lost: 0, shortage: 0, moving } });
}

function manualPurpose(id: string): string | undefined {
  return id.startsWith('manual:') ? id.slice('manual:'.length) : undefined;
}

function markerOf(id: string, productId: string): string {
  const orderId = manualPurpose(id);
  return orderId === undefined ? id : manualId({ orderId, productId });
}

/** Stock held by hand had no reservation in the first shape: it gets one. */
async function insertManual(
  orderId: string,
  productId: string,
  quantity: number,
  reservations: Collection<Reservation>,
): Promise<void> {
  const state: Reservation = {
    ...{ orderId, lines: [{ productId, quantity }], status: 'reserved', n: 1, facts: {}, byHand: true },
    cause: { correlationId: `carried over: ${orderId}`, triggeredBy: 'system' },
    changedAt: new Date().toISOString(),
  };
  await reservations.insert(newDocument(manualId({ orderId, productId }), state));
}
