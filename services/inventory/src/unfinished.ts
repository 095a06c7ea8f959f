import type { Documents } from '@order-events/store';
import type { Reservation } from './reservation.ts';
import type { StockReservations } from './reserve-stock.ts';

/** What no message will wake any more is picked up after this long: well over the time one handling takes. */
const underWayForMs = 10_000;
/** After this long no handler that lost its race can still be about to take a hold. */
const endedForMs = 5 * 60_000;
const batch = 100;

interface Parts {
  readonly reservations: Documents<Reservation>;
  readonly stock: StockReservations;
  readonly clock: () => Date;
}

/** Jobs of the sweep: finish what a crash left half-way, and look once more at what has ended. */
export function unfinishedReservations({ reservations, stock, clock }: Parts): (() => Promise<void>)[] {
  const before = (ms: number) => new Date(clock().getTime() - ms).toISOString();

  async function each(index: string, olderThanMs: number, act: (id: string, at: Reservation) => Promise<unknown>) {
    const { documents } = await reservations.find(index, { to: before(olderThanMs), limit: batch });
    for (const { id, state } of documents) await act(id, state);
  }

  return [() => each('underWay', underWayForMs, stock.resume), () => each('toRecheck', endedForMs, stock.recheck)];
}
