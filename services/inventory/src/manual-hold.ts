import type { Cause, Documents } from '@order-events/store';
import { HoldDiffersError, HoldNotFoundError, SagaReservationError } from './errors.ts';
import { hold, type Product, undoHold } from './product.ts';
import type { Reservation } from './reservation.ts';

export interface ManualHold {
  readonly productId: string;
  readonly quantity: number;
  /** Whatever the stock is kept for; not an order that the saga knows. */
  readonly orderId: string;
}

/**
 * Stock kept by hand: one product, one write, so no reservation is needed to make it all or nothing. A repeat changes
 * nothing; what an order holds can't be touched from here.
 */
export function createManualHolds(reservations: Documents<Reservation>, products: Documents<Product>) {
  const keyOf = (orderId: string) => `manual:${orderId}`;

  async function refuseOrders(orderId: string): Promise<void> {
    if (await reservations.get(orderId)) throw new SagaReservationError(orderId);
  }

  return {
    async reserve({ productId, quantity, orderId }: ManualHold, cause: Cause): Promise<void> {
      await refuseOrders(orderId);
      const decision = (product: Product | undefined) => {
        const held = product?.holds[keyOf(orderId)];
        if (held !== undefined && held !== quantity) throw new HoldDiffersError(orderId, productId, held);
        return hold(productId, product, keyOf(orderId), quantity);
      };
      await products.change(productId, decision, cause);
    },
    async release({ productId, quantity, orderId }: ManualHold, cause: Cause): Promise<void> {
      await refuseOrders(orderId);
      const decision = (product: Product | undefined) => {
        const held = product?.holds[keyOf(orderId)];
        if (held === undefined) throw new HoldNotFoundError(orderId, productId);
        if (held !== quantity) throw new HoldDiffersError(orderId, productId, held);
        return undoHold(productId, product, keyOf(orderId));
      };
      await products.change(productId, decision, cause);
    },
  };
}
export type ManualHolds = ReturnType<typeof createManualHolds>;
