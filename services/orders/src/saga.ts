import { legalMoves, Status } from '@order-events/contracts';
import { type Change, type Decision, decide, unchanged } from '@order-events/store';
import { CancelInsteadError, IllegalMoveError, NotReadyError } from './errors.ts';
import { type Cancellation, cancel, type DecisionContext, move, type OrderState } from './order.ts';
import { withoutPaymentToken } from './order-secrets.ts';
import { hasReached, type Payment, type Step } from './progress.ts';

/** The step of the saga that a status requires. */
const needs: Partial<Record<Status, Step>> = { [Status.Confirmed]: 'authorized', [Status.Shipped]: 'captured' };

/** Statuses that an order moves to without a request, as soon as their step is reached. */
const automatic: readonly Status[] = [Status.Confirmed];

/**
 * Applies a positive event: stores it as progress first, then makes every move that the progress allows. Events may come
 * in any order and more than once. An event at or behind the progress, or after a cancellation, changes nothing.
 */
export function reach(
  state: OrderState,
  step: Step,
  context: DecisionContext,
  payment?: Payment,
): Decision<OrderState> {
  if (state.order.status === Status.Cancelled || hasReached(state.progress, step)) return unchanged(state);
  const paid = payment ?? state.progress.payment;
  const progress = { reached: step, ...(paid && { payment: paid }) };
  const secrets = hasReached(progress, 'authorized') ? withoutPaymentToken(state.custody) : state.custody;
  return makeOpenMoves({ ...state, progress, custody: secrets }, context);
}

/** Applies a negative event: the step will never be reached, so the order is cancelled. Changes nothing if it was reached. */
export function refuse(
  state: OrderState,
  step: Step,
  cancellation: Cancellation,
  context: DecisionContext,
  paid?: Payment,
): Decision<OrderState> {
  return hasReached(state.progress, step) ? unchanged(state) : cancel(state, cancellation, context, paid);
}

/** What an order must reach in time; otherwise it is cancelled. */
export type Awaited = 'confirmation' | 'capture';

export function awaits({ order, progress }: OrderState): Awaited | undefined {
  if (order.status === Status.Pending) return 'confirmation';
  return order.status === Status.Cancelled || hasReached(progress, 'captured') ? undefined : 'capture';
}

/** Cancels an order that still waits for `awaited`; changes nothing if that came meanwhile. */
export function expire(
  state: OrderState,
  awaited: Awaited,
  cancellation: Cancellation,
  context: DecisionContext,
): Decision<OrderState> {
  return awaits(state) === awaited ? cancel(state, cancellation, context) : unchanged(state);
}

export interface Shipment {
  readonly trackingNumber?: string;
  readonly shippingCarrier?: string;
}

/** An admin moves the order on: checked against the legal moves and the progress. */
export function moveOn(
  state: OrderState,
  to: Status,
  shipment: Shipment,
  context: DecisionContext,
): Change<OrderState> {
  const { order, progress } = state;
  if (to === Status.Cancelled) throw new CancelInsteadError(order.id);
  if (!legalMoves[order.status].includes(to)) throw new IllegalMoveError(order, to);
  const needed = needs[to];
  const missing: string[] = needed && !hasReached(progress, needed) ? [needed] : [];
  if (to === Status.Shipped && !shipment.trackingNumber) missing.push('trackingNumber');
  if (to === Status.Shipped && !shipment.shippingCarrier) missing.push('shippingCarrier');
  if (missing.length > 0) throw new NotReadyError(order, to, missing);
  return move(state, to, context, shipment);
}

function makeOpenMoves(state: OrderState, context: DecisionContext): Change<OrderState> {
  const next = legalMoves[state.order.status].find((status) => automatic.includes(status));
  const needed = next !== undefined && needs[next];
  if (!needed || !hasReached(state.progress, needed)) return decide(state);
  const moved = move(state, next, context);
  const rest = makeOpenMoves(moved.state, context);
  return decide(rest.state, ...moved.events, ...rest.events);
}
