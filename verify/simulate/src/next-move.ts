import { Status } from '@order-events/contracts';
import { moveOn } from '@order-events/orders';
import { unchanged } from '@order-events/store';

export type OrderState = Parameters<typeof moveOn>[0];
type DecisionContext = Parameters<typeof moveOn>[3];

const shipment = { trackingNumber: 'SIM-1', shippingCarrier: 'simulated' };

/** What an admin does about an order now: a confirmed one is processed, one that is paid is shipped, others are left alone. */
export function nextMove(state: OrderState, context: DecisionContext) {
  const { order, progress } = state;
  if (order.status === Status.Confirmed) return moveOn(state, Status.Processing, {}, context);
  const isReady = order.status === Status.Processing && progress.reached === 'captured';
  return isReady ? moveOn(state, Status.Shipped, shipment, context) : unchanged(state);
}

/** It is on its way, and nothing brings it back. */
export function hasLeft({ order }: OrderState): boolean {
  return order.status === Status.Shipped;
}
