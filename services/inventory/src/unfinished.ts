import { type Document, type Documents, type Log, sweepEach } from '@order-events/store';
import type { Reservation } from './reservation.ts';
import type { StockReservations } from './reserve-stock.ts';

/** What no message will wake any more is picked up after this long: well over the time one handling takes. */
const underWayForMs = 10_000;
/** After this long no handler that lost its race can still be about to take a hold. */
const endedForMs = 5 * 60_000;

interface Parts {
  readonly reservations: Documents<Reservation>;
  readonly stock: StockReservations;
  readonly clock: () => Date;
  readonly log: Log;
}

/** Jobs of the sweep: finish what a crash left half-way, and look once more at what has ended. */
export function unfinishedReservations({ reservations, stock, clock, log }: Parts): (() => Promise<void>)[] {
  const before = (ms: number) => new Date(clock().getTime() - ms).toISOString();

  function each(
    name: string,
    index: string,
    olderThanMs: number,
    act: (id: string, at: Reservation) => Promise<unknown>,
  ) {
    return sweepEach<Document<Reservation>>({
      name,
      find: (page) => reservations.find(index, { to: before(olderThanMs), ...page }),
      act: ({ id, state }) => act(id, state),
      about: ({ id }) => ({ orderId: id }),
      log,
    });
  }

  const finish = each('finish reservations', 'underWay', underWayForMs, stock.resume);
  return [finish, each('recheck reservations', 'toRecheck', endedForMs, stock.recheck)];
}
