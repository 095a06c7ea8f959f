import {
  canMove,
  getStatusLabel,
  type Order,
  orderCancelled,
  orderCompleted,
  orderCreated,
  orderStatusChanged,
  orderUpdated,
  type Position,
  Status,
} from '@order-events/contracts';
import { type Change, type Decision, decide, unchanged } from '@order-events/store';
import { AddressChangesUsedUpError, AddressFixedError, IllegalMoveError } from './errors.ts';
import { type OrderSecrets, withoutPaymentToken } from './order-secrets.ts';
import { atStart, type Progress } from './progress.ts';

/** The order as its events carry it, personal data sealed. Its `version` is the version of its document. */
export type OrderFacts = Omit<Order, 'version'>;

export interface OrderState {
  readonly order: OrderFacts;
  readonly progress: Progress;
  /** Named so in stored documents. */
  readonly custody: OrderSecrets;
  /** The response to the request that placed it, returned to repeats of that request. */
  readonly answer: Order;
  /** How often its address was changed; absent for never. */
  readonly addressChanges?: number;
}

/** The time of a decision (RFC 3339, UTC), and the sealed metadata of the request behind it, which its events carry. */
export interface DecisionContext {
  readonly at: string;
  readonly meta?: { readonly ipAddress?: string; readonly userAgent?: string };
}

export type NewOrder = Omit<OrderFacts, 'status' | 'statusLabel' | 'createdAt' | 'updatedAt'>;
export type Cancellation = NonNullable<Order['cancellation']>;

/** Accepts an order: nothing is reserved and nothing is paid yet. */
export function place(wanted: NewOrder, secrets: OrderSecrets, context: DecisionContext): Change<OrderState> {
  const pending = { status: Status.Pending, statusLabel: getStatusLabel(Status.Pending) };
  const order = { ...wanted, ...pending, createdAt: context.at, updatedAt: context.at };
  return decide(
    { order, progress: atStart, custody: secrets, answer: { ...order, version: 1 } },
    orderCreated((at) => payloadOf(order, context, at)),
  );
}

/** Each change publishes an event, which audit stores for ever. */
const mostAddressChanges = 1_000;

/** Changes the delivery address. Throws AddressFixedError once the order is shipped or cancelled. */
export function changeAddress(
  state: OrderState,
  shippingAddress: string,
  context: DecisionContext,
): Decision<OrderState> {
  if (state.order.status >= Status.Shipped) throw new AddressFixedError(state.order);
  const { addressChanges = 0 } = state;
  if (addressChanges >= mostAddressChanges) throw new AddressChangesUsedUpError(state.order.id, mostAddressChanges);
  const order = { ...state.order, shippingAddress, updatedAt: context.at };
  return decide(
    { ...state, order, addressChanges: addressChanges + 1 },
    orderUpdated((at) => payloadOf(order, context, at)),
  );
}

/** Cancels the order and refunds `paid`, the amount that was authorised or captured. A cancelled order stays as it is. */
export function cancel(
  state: OrderState,
  cancellation: Cancellation,
  context: DecisionContext,
  paid = state.progress.payment,
): Decision<OrderState> {
  if (state.order.status === Status.Cancelled) return unchanged(state);
  const moved = move(state, Status.Cancelled, context, { cancellation });
  const { order, custody } = moved.state;
  const refund = paid ?? { amount: 0, currency: order.currency, method: order.paymentMethod };
  return decide(
    { ...moved.state, custody: withoutPaymentToken(custody) },
    ...moved.events,
    orderCancelled((at) => ({ ...payloadOf(order, context, at), refund })),
  );
}

/** Makes one legal move of the status and publishes it; reaching Delivered completes the order. Throws IllegalMoveError. */
export function move(
  state: OrderState,
  to: Status,
  context: DecisionContext,
  changes: Partial<OrderFacts> = {},
): Change<OrderState> {
  const { status: oldStatus, statusLabel: oldStatusLabel } = state.order;
  if (!canMove(oldStatus, to)) throw new IllegalMoveError(state.order, to);
  const newStatusLabel = getStatusLabel(to);
  const order = { ...state.order, ...changes, status: to, statusLabel: newStatusLabel, updatedAt: context.at };
  const step = { oldStatus, newStatus: to, oldStatusLabel, newStatusLabel };
  const changed = orderStatusChanged((at) => ({ ...payloadOf(order, context, at), ...step }));
  const completed = to === Status.Delivered ? [orderCompleted((at) => payloadOf(order, context, at))] : [];
  return decide({ ...state, order }, changed, ...completed);
}

/** The payload of every order event: the order as it is after that event. */
function payloadOf(order: OrderFacts, { meta }: DecisionContext, { version }: Position) {
  return { order: { ...order, version }, ...(meta && { meta }) };
}
