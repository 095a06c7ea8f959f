import { type EventDraft, inventoryRejected, inventoryReleased, inventoryReserved } from '@order-events/contracts';
import { type Cause, type Decision, decide, unchanged } from '@order-events/store';

export interface Line {
  readonly productId: string;
  readonly quantity: number;
}

export interface Shortage {
  readonly productId: string;
  readonly requested: number;
  readonly available: number;
}

export interface Refusal {
  readonly code: 'out-of-stock' | 'product-unknown';
  readonly shortages: readonly Shortage[];
}

/**
 * Holding all lines of an order, or none, one product document at a time.
 * Holds are taken only in `reserving`; every other state but `reserved` only undoes them, and is entered
 * before the first hold is undone, so that a handler that lost the race never takes one again.
 */
export type ReservationStatus = 'reserving' | 'reserved' | 'rejecting' | 'rejected' | 'releasing' | 'released';

export interface Reservation {
  readonly status: ReservationStatus;
  readonly orderId: string;
  readonly lines: readonly Line[];
  readonly refusal?: Refusal;
  /** Why it exists: what finishes it after a crash says its events with the same ids. */
  readonly cause: Cause;
  readonly changedAt: string;
  /** Ended and looked at once more for holds that a stalled handler may have left behind. */
  readonly rechecked?: true;
}

/** States that a handler was in the middle of; the sweep finishes what no message will wake. */
export function isUnderWay({ status }: Reservation): boolean {
  return status === 'reserving' || status === 'rejecting' || status === 'releasing';
}

export function isEnded({ status }: Reservation): boolean {
  return status === 'rejected' || status === 'released';
}

/** What an order wants held, and why. */
export type Wanted = Pick<Reservation, 'orderId' | 'lines' | 'cause'>;

/** Begins holding, unless a reservation (or the tombstone of a cancel that overtook it) is there. */
export function begin(reservation: Reservation | undefined, wanted: Wanted, now: string): Decision<Reservation> {
  if (reservation) return unchanged(reservation);
  const lines = [...wanted.lines].sort((a, b) => (a.productId < b.productId ? -1 : 1));
  return decide({ ...wanted, lines, status: 'reserving', changedAt: now });
}

/** All lines are held. */
export function complete(reservation: Reservation, now: string): Decision<Reservation> {
  if (reservation.status !== 'reserving') return unchanged(reservation);
  return to(reservation, 'reserved', now, inventoryReserved(itemsOf(reservation)));
}

/** A line was refused: from here on holds are only undone. */
export function refuse(reservation: Reservation, refusal: Refusal, now: string): Decision<Reservation> {
  if (reservation.status !== 'reserving') return unchanged(reservation);
  return to({ ...reservation, refusal }, 'rejecting', now);
}

/** The order was cancelled; without a reservation its tombstone keeps a late `order.created` from holding anything. */
export function release(reservation: Reservation | undefined, wanted: Wanted, now: string): Decision<Reservation> {
  if (!reservation) return decide({ ...wanted, status: 'released', changedAt: now });
  if (reservation.status !== 'reserving' && reservation.status !== 'reserved') return unchanged(reservation);
  return to(reservation, 'releasing', now);
}

/** Every hold is undone. */
export function end(reservation: Reservation, now: string): Decision<Reservation> {
  if (reservation.status === 'releasing')
    return to(reservation, 'released', now, inventoryReleased(itemsOf(reservation)));
  if (reservation.status !== 'rejecting' || !reservation.refusal) return unchanged(reservation);
  const { code, shortages } = reservation.refusal;
  const said = inventoryRejected({ orderId: reservation.orderId, code, shortages: [...shortages] });
  return to(reservation, 'rejected', now, said);
}

export function recheck(reservation: Reservation): Decision<Reservation> {
  return isEnded(reservation) ? decide({ ...reservation, rechecked: true }) : unchanged(reservation);
}

function to(
  reservation: Reservation,
  status: ReservationStatus,
  now: string,
  ...said: EventDraft[]
): Decision<Reservation> {
  return decide({ ...reservation, status, changedAt: now }, ...said);
}

function itemsOf({ orderId, lines }: Reservation) {
  return { orderId, items: lines.map(({ productId, quantity }) => ({ productId, quantity })) };
}
