import { type Cause, type Decision, type Documents, decide, unchanged } from '@order-events/store';
import {
  HoldDiffersError,
  HoldNotFoundError,
  HoldUnderWayError,
  OutOfStockError,
  ProductNotFoundError,
  SagaReservationError,
} from './errors.ts';
import { made, type Reservation } from './reservation.ts';
import type { StockReservations } from './reserve-stock.ts';

export interface ManualHold {
  readonly productId: string;
  readonly quantity: number;
  /** Names the purpose of the hold; must not be the id of an order of the saga. */
  readonly orderId: string;
}

interface Parts {
  readonly reservations: Documents<Reservation>;
  readonly stock: Pick<StockReservations, 'finish'>;
  readonly now: () => string;
}

/** Stock held by hand: one reservation for each purpose and product. A repeat changes nothing. */
export function createManualHolds({ reservations, stock, now }: Parts) {
  /** Finishes a pending operation, decides, and carries out the decision. */
  async function apply(hold: ManualHold, cause: Cause, decision: Decide): Promise<Reservation> {
    const id = manualId(hold);
    const known = await reservations.get(id);
    if (known?.state.pending) await stock.finish(id, known.state.cause);
    await reservations.change(id, (at) => decision(at), cause);
    return stock.finish(id, cause);
  }

  async function isOfTheSaga(orderId: string): Promise<boolean> {
    return (await reservations.get(orderId)) !== undefined;
  }

  return {
    async reserve(hold: ManualHold, cause: Cause): Promise<void> {
      if (await isOfTheSaga(hold.orderId)) throw new SagaReservationError(hold.orderId);
      const { status, refusal } = await apply(hold, cause, (at) => reserveByHand(at, hold, cause, now()));
      if (status !== 'rejected' || !refusal) return;
      if (refusal.code === 'product-unknown') throw new ProductNotFoundError(hold.productId);
      throw new OutOfStockError(hold.productId, hold.quantity, refusal.shortages[0]?.available ?? 0);
    },
    async release(hold: ManualHold, cause: Cause): Promise<void> {
      const isOurs = await reservations.get(manualId(hold));
      if (!isOurs && (await isOfTheSaga(hold.orderId))) throw new SagaReservationError(hold.orderId);
      if (!isOurs) throw new HoldNotFoundError(hold.orderId, hold.productId);
      await apply(hold, cause, (at) => releaseByHand(at, hold, cause, now()));
    },
  };
}
export type ManualHolds = ReturnType<typeof createManualHolds>;

type Decide = (reservation: Reservation | undefined) => Decision<Reservation>;

/** The id of its reservation. No id of an order has this form. */
export function manualId({ orderId, productId }: Pick<ManualHold, 'orderId' | 'productId'>): string {
  return `manual:${orderId}:${productId}`;
}

export function reserveByHand(
  reservation: Reservation | undefined,
  hold: ManualHold,
  cause: Cause,
  now: string,
): Decision<Reservation> {
  const { orderId, productId, quantity } = hold;
  const isHeld = reservation?.pending === 'hold' || (reservation?.status === 'reserved' && !reservation.pending);
  if (reservation && isHeld) {
    checkQuantity(reservation, hold);
    return unchanged(reservation);
  }
  if (reservation?.pending) throw new HoldUnderWayError(orderId, productId);
  const wanted = made({ orderId, lines: [{ productId, quantity }], cause }, now);
  return decide({ ...wanted, byHand: true, n: (reservation?.n ?? 0) + 1, pending: 'hold' });
}

export function releaseByHand(
  reservation: Reservation | undefined,
  hold: ManualHold,
  cause: Cause,
  now: string,
): Decision<Reservation> {
  if (reservation?.pending) throw new HoldUnderWayError(hold.orderId, hold.productId);
  if (reservation?.status !== 'reserved') throw new HoldNotFoundError(hold.orderId, hold.productId);
  checkQuantity(reservation, hold);
  return decide({ ...reservation, cause, changedAt: now, n: reservation.n + 1, pending: 'release' });
}

function checkQuantity({ lines }: Reservation, { orderId, productId, quantity }: ManualHold): void {
  const held = lines[0]?.quantity ?? 0;
  if (held !== quantity) throw new HoldDiffersError(orderId, productId, held);
}
