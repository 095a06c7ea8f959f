import { type EventDraft, inventoryRejected, inventoryReleased, inventoryReserved } from '@order-events/contracts';
import { type Cause, type Change, type Decision, decide, type Entry, unchanged } from '@order-events/store';
import type { Operation } from './operations.ts';

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

/** The facts about an order; they may come in any sequence. `returned` and `lost` imply `dispatched`. */
export type Fact = 'wanted' | 'cancelled' | 'recalled' | 'dispatched' | 'returned' | 'lost';

export type ReservationStatus = 'new' | 'reserved' | 'rejected' | 'released' | 'shipped' | 'returned' | 'lost';

/**
 * The stock of one order, all lines or none, one product document at a time. Facts and status determine the next
 * operation; at most one is pending. A posting does it line by line, so a status holds for all lines.
 */
export interface Reservation extends Entry {
  readonly status: ReservationStatus;
  readonly pending?: Operation;
  readonly orderId: string;
  readonly lines: readonly Line[];
  readonly facts: Readonly<Partial<Record<Fact, true>>>;
  readonly refusal?: Refusal;
  /** Held by hand: no event is published for it. */
  readonly byHand?: true;
  /** The cause of the pending operation. Finished after a crash, it publishes events with the same ids. */
  readonly cause: Cause;
  readonly changedAt: string;
}

/** Lines of an order, and the cause. */
export type Wanted = Pick<Reservation, 'orderId' | 'lines' | 'cause'>;

/** Adds a fact and begins the operation that follows. A known fact changes nothing. */
export function learn(
  reservation: Reservation | undefined,
  fact: Fact,
  wanted: Wanted,
  now: string,
): Decision<Reservation> {
  const known = reservation ?? made(wanted, now);
  if (known.facts[fact]) return unchanged(known);
  const facts = { ...known.facts, [fact]: true as const };
  return decide(begin({ ...known, facts, cause: wanted.cause, changedAt: now }));
}

/** A new reservation, which holds nothing. Its lines are in product order, one for each product. */
export function made({ orderId, lines, cause }: Wanted, now: string): Reservation {
  const units = Map.groupBy(lines, ({ productId }) => productId);
  const merged = [...units].map(([productId, same]) => ({
    productId,
    quantity: same.reduce((sum, { quantity }) => sum + quantity, 0),
  }));
  merged.sort((a, b) => (a.productId < b.productId ? -1 : 1));
  return { orderId, lines: merged, cause, status: 'new', n: 0, facts: {}, changedAt: now };
}

/** Begins the next operation. When the order is cancelled, a pending hold turns into its undo. */
export function begin(reservation: Reservation): Reservation {
  const { pending, status } = reservation;
  const isCancelled = wasCancelled(reservation) && !wasDispatched(reservation);
  const next = pending === undefined ? nextOperation(reservation) : pending === 'hold' && isCancelled && 'undo';
  if (next) return { ...reservation, n: reservation.n + 1, pending: next };
  // A cancel came before its order: this tombstone stops a late `order.created` from holding anything.
  return status === 'new' && pending === undefined && isCancelled
    ? { ...reservation, status: 'released' }
    : reservation;
}

function nextOperation(reservation: Reservation): Operation | undefined | false {
  const { status, facts } = reservation;
  if (status === 'shipped') return facts.returned ? 'return' : facts.lost && 'lose';
  if (status === 'lost') return facts.returned && 'recover';
  if (status === 'returned') return undefined;
  if (status === 'reserved') return wasDispatched(reservation) ? 'dispatch' : wasCancelled(reservation) && 'release';
  if (wasDispatched(reservation)) return 'take';
  return status === 'new' && !wasCancelled(reservation) && facts.wanted && 'hold';
}

/** Dispatched lines are sold, even where the order was cancelled. */
function wasDispatched({ facts }: Reservation): boolean {
  return (facts.dispatched ?? facts.returned ?? facts.lost) === true;
}

function wasCancelled({ facts }: Reservation): boolean {
  return (facts.cancelled ?? facts.recalled) === true;
}

const ends: Readonly<Record<Exclude<Operation, 'undo'>, ReservationStatus>> = {
  hold: 'reserved',
  release: 'released',
  dispatch: 'shipped',
  take: 'shipped',
  return: 'returned',
  lose: 'lost',
  recover: 'returned',
};

/** Completes the pending operation, which is done for all lines. */
export function complete(reservation: Reservation, now: string): Change<Reservation> {
  const { pending, ...rest } = reservation;
  if (pending === undefined) throw new Error(`reservation ${reservation.orderId} has nothing to complete`);
  const status = pending === 'undo' ? statusUndone(rest) : ends[pending];
  // An undo repeated after the end is not published again.
  const events = status === reservation.status || reservation.byHand ? [] : eventsOf(pending, rest);
  return decide(begin({ ...rest, status, changedAt: now }), ...events);
}

function statusUndone({ status, refusal }: Reservation): ReservationStatus {
  if (status !== 'new') return status;
  return refusal ? 'rejected' : 'released';
}

function eventsOf(operation: Operation, reservation: Reservation): EventDraft[] {
  const { orderId, refusal } = reservation;
  const items = reservation.lines.map(({ productId, quantity }) => ({ productId, quantity }));
  if (operation === 'hold') return [inventoryReserved({ orderId, items })];
  if (operation === 'undo' && refusal) {
    return [inventoryRejected({ orderId, code: refusal.code, shortages: [...refusal.shortages] })];
  }
  return operation === 'undo' || operation === 'release' ? [inventoryReleased({ orderId, items })] : [];
}

/** A line was refused: the held lines are undone, under the next number. */
export function refuse(reservation: Reservation, refusal: Refusal, now: string): Decision<Reservation> {
  if (reservation.pending !== 'hold') return unchanged(reservation);
  return decide({ ...reservation, refusal, n: reservation.n + 1, pending: 'undo', changedAt: now });
}
