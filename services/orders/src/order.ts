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
import { type Custody, withoutPaymentToken } from './custody.ts';
import { AddressChangesUsedUpError, AddressFixedError, IllegalMoveError } from './errors.ts';
import { atStart, type Progress } from './progress.ts';

/** The order as everybody may hear it, personal data sealed. Its `version` is its document's. */
export type OrderFacts = Omit<Order, 'version'>;

export interface OrderState {
  readonly order: OrderFacts;
  readonly progress: Progress;
  readonly custody: Custody;
  /** What the request that placed it was answered, given again to its repeats. */
  readonly answer: Order;
  /** How often its address was changed; absent for never. */
  readonly addressChanges?: number;
}

/** When something is decided (RFC 3339, UTC), and what its events may tell of the request behind it, sealed. */
export interface Occasion {
  readonly at: string;
  readonly meta?: { readonly ipAddress?: string; readonly userAgent?: string };
}

export type NewOrder = Omit<OrderFacts, 'status' | 'statusLabel' | 'createdAt' | 'updatedAt'>;
export type Cancellation = NonNullable<Order['cancellation']>;

/** Accepts an order: nothing is reserved and nothing is paid yet. */
export function place(wanted: NewOrder, custody: Custody, occasion: Occasion): Change<OrderState> {
  const pending = { status: Status.Pending, statusLabel: getStatusLabel(Status.Pending) };
  const order = { ...wanted, ...pending, createdAt: occasion.at, updatedAt: occasion.at };
  return decide(
    { order, progress: atStart, custody, answer: { ...order, version: 1 } },
    orderCreated((at) => tell(order, occasion, at)),
  );
}

/** Each change is an event that every service hears and audit keeps for ever. */
const mostAddressChanges = 1_000;

/** Sends it elsewhere, for as long as it has not left. */
export function changeAddress(state: OrderState, shippingAddress: string, occasion: Occasion): Decision<OrderState> {
  if (state.order.status >= Status.Shipped) throw new AddressFixedError(state.order);
  const { addressChanges = 0 } = state;
  if (addressChanges >= mostAddressChanges) throw new AddressChangesUsedUpError(state.order.id, mostAddressChanges);
  const order = { ...state.order, shippingAddress, updatedAt: occasion.at };
  return decide(
    { ...state, order, addressChanges: addressChanges + 1 },
    orderUpdated((at) => tell(order, occasion, at)),
  );
}

/** Ends it and gives back `paid`, what was authorised or captured. One that is cancelled already stays as it is. */
export function cancel(
  state: OrderState,
  cancellation: Cancellation,
  occasion: Occasion,
  paid = state.progress.payment,
): Decision<OrderState> {
  if (state.order.status === Status.Cancelled) return unchanged(state);
  const moved = move(state, Status.Cancelled, occasion, { cancellation });
  const { order, custody } = moved.state;
  const refund = paid ?? { amount: 0, currency: order.currency, method: order.paymentMethod };
  return decide(
    { ...moved.state, custody: withoutPaymentToken(custody) },
    ...moved.events,
    orderCancelled((at) => ({ ...tell(order, occasion, at), refund })),
  );
}

/** Takes one step of the table, and says so; reaching Delivered completes the order. Throws IllegalMoveError. */
export function move(
  state: OrderState,
  to: Status,
  occasion: Occasion,
  changes: Partial<OrderFacts> = {},
): Change<OrderState> {
  const { status: oldStatus, statusLabel: oldStatusLabel } = state.order;
  if (!canMove(oldStatus, to)) throw new IllegalMoveError(state.order, to);
  const newStatusLabel = getStatusLabel(to);
  const order = { ...state.order, ...changes, status: to, statusLabel: newStatusLabel, updatedAt: occasion.at };
  const step = { oldStatus, newStatus: to, oldStatusLabel, newStatusLabel };
  const changed = orderStatusChanged((at) => ({ ...tell(order, occasion, at), ...step }));
  const completed = to === Status.Delivered ? [orderCompleted((at) => tell(order, occasion, at))] : [];
  return decide({ ...state, order }, changed, ...completed);
}

/** What every order event carries: the order as it is after that event. */
function tell(order: OrderFacts, { meta }: Occasion, { version }: Position) {
  return { order: { ...order, version }, ...(meta && { meta }) };
}
