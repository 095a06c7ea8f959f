import { type Collection, type Document, newDocument } from '@order-events/store';
import { manualId } from './manual-hold.ts';
import type { Product } from './product.ts';
import type { Reservation } from './reservation.ts';

/** A product as it was first stored: with what is held by whom, also `manual:<purpose>`. */
export type FirstProduct = Omit<Product, 'held' | 'lost' | 'shortage' | 'moving'> & {
  readonly holds: Readonly<Record<string, number>>;
};

/** A reservation as it was first stored. */
export type FirstReservation = Omit<Reservation, 'status' | 'n' | 'pending' | 'facts' | 'byHand'> & {
  readonly status: 'reserving' | 'reserved' | 'rejecting' | 'rejected' | 'releasing' | 'released';
  /** Ended and looked at once more, minutes later, for holds that a stalled handler may have left behind. */
  readonly rechecked?: true;
};

/**
 * A reservation of either shape as one of today's. A hold was operation 1, giving back is 2; a product's holds are its
 * markers of operation 1, so what was half-done goes on exactly there.
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
 * Carries every product of the first shape over; safe to run anywhere at once, and again after a crash. No process that
 * knows the first shape only may still write to the store.
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
  // Lost to another instance that carries it over, or changed meanwhile: found once more, or no longer.
  await products.replace({ ...document, state: { ...fields, held, lost: 0, shortage: 0, moving } });
}

function manualPurpose(id: string): string | undefined {
  return id.startsWith('manual:') ? id.slice('manual:'.length) : undefined;
}

function markerOf(id: string, productId: string): string {
  const orderId = manualPurpose(id);
  return orderId === undefined ? id : manualId({ orderId, productId });
}

/** What is kept by hand gets the reservation that it never had. */
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
