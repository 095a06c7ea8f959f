import { legalMoves, Status } from '@order-events/contracts';
import { type Change, type Decision, decide, unchanged } from '@order-events/store';
import { withoutPaymentToken } from './custody.ts';
import { CancelInsteadError, IllegalMoveError, NotReadyError } from './errors.ts';
import { type Cancellation, cancel, move, type Occasion, type OrderState } from './order.ts';
import { hasReached, type Payment, type Step } from './progress.ts';

/** The step that a status waits for. */
const needs: Partial<Record<Status, Step>> = { [Status.Confirmed]: 'authorized', [Status.Shipped]: 'captured' };

/** Statuses an order takes by itself as soon as their step is reached. */
const automatic: readonly Status[] = [Status.Confirmed];

/**
 * A good answer: kept as progress first, then every step that progress allows is taken. Answers may come in any order
 * and more than once; stale is what is at or behind the progress, or comes after the order was cancelled.
 */
export function reach(state: OrderState, step: Step, occasion: Occasion, payment?: Payment): Decision<OrderState> {
  if (state.order.status === Status.Cancelled || hasReached(state.progress, step)) return unchanged(state);
  const paid = payment ?? state.progress.payment;
  const progress = { reached: step, ...(paid && { payment: paid }) };
  const custody = hasReached(progress, 'authorized') ? withoutPaymentToken(state.custody) : state.custody;
  return takeOpenSteps({ ...state, progress, custody }, occasion);
}

/** A bad answer: the step will never be reached, so the order is cancelled. Stale where it was reached after all. */
export function refuse(
  state: OrderState,
  step: Step,
  cancellation: Cancellation,
  occasion: Occasion,
  paid?: Payment,
): Decision<OrderState> {
  return hasReached(state.progress, step) ? unchanged(state) : cancel(state, cancellation, occasion, paid);
}

/** What an order has to reach in time, or is cancelled. */
export type Awaited = 'confirmation' | 'capture';

export function awaits({ order, progress }: OrderState): Awaited | undefined {
  if (order.status === Status.Pending) return 'confirmation';
  return order.status === Status.Cancelled || hasReached(progress, 'captured') ? undefined : 'capture';
}

/** Too late for what it waits for; if that came meanwhile, nothing changes. */
export function expire(
  state: OrderState,
  awaited: Awaited,
  cancellation: Cancellation,
  occasion: Occasion,
): Decision<OrderState> {
  return awaits(state) === awaited ? cancel(state, cancellation, occasion) : unchanged(state);
}

export interface Shipment {
  readonly trackingNumber?: string;
  readonly shippingCarrier?: string;
}

/** An admin takes the next step by hand: checked against the table and against progress. */
export function moveOn(state: OrderState, to: Status, shipment: Shipment, occasion: Occasion): Change<OrderState> {
  const { order, progress } = state;
  if (to === Status.Cancelled) throw new CancelInsteadError(order.id);
  if (!legalMoves[order.status].includes(to)) throw new IllegalMoveError(order, to);
  const needed = needs[to];
  const missing: string[] = needed && !hasReached(progress, needed) ? [needed] : [];
  if (to === Status.Shipped && !shipment.trackingNumber) missing.push('trackingNumber');
  if (to === Status.Shipped && !shipment.shippingCarrier) missing.push('shippingCarrier');
  if (missing.length > 0) throw new NotReadyError(order, to, missing);
  return move(state, to, occasion, shipment);
}

function takeOpenSteps(state: OrderState, occasion: Occasion): Change<OrderState> {
  const next = legalMoves[state.order.status].find((status) => automatic.includes(status));
  const needed = next !== undefined && needs[next];
  if (!needed || !hasReached(state.progress, needed)) return decide(state);
  const moved = move(state, next, occasion);
  const rest = takeOpenSteps(moved.state, occasion);
  return decide(rest.state, ...moved.events, ...rest.events);
}
