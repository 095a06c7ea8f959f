import { type Order, Status } from '@order-events/contracts';
import { type Decision, decide, unchanged } from '@order-events/store';

/** The payment of one order: the facts about the order, and the stage of its money. Amounts are minor units, times RFC 3339 UTC. */
export interface Payment {
  readonly orderId: string;
  readonly userId?: string;
  /** Correlation id of the order's events, for decisions of the sweep. */
  readonly correlationId: string;
  readonly terms?: Terms;
  readonly reserved: boolean;
  readonly confirmed: boolean;
  /** Set when the event is consumed, also while a call is in flight: the decision after that call reads it. */
  readonly cancelled: boolean;
  readonly completed: boolean;
  readonly stage: Stage;
  /** The provider's reference of the authorisation. */
  readonly reference?: string;
  readonly call?: Call;
  /** An authorise call may have reached the provider. */
  readonly asked: boolean;
  /** The order ended before its token was fetched: nothing will be authorised. */
  readonly tokenGone: boolean;
  readonly history: readonly Entry[];
  /** The last 100 decisions of admins about the stuck payment. */
  readonly resolutions?: readonly Resolution[];
  /** How often an admin has decided to retry. */
  readonly retries?: number;
}

export interface Terms {
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
}

/**
 * `uncapturable`: the capture was refused, the authorisation is still to be voided. `barred`: cancelled before anything
 * was authorised, and nothing ever will be. `stuck`: the provider refused to undo or to settle; an admin must resolve it.
 */
export type Stage =
  | 'waiting'
  | 'declined'
  | 'authorised'
  | 'uncapturable'
  | 'captured'
  | 'voided'
  | 'barred'
  | 'refunded'
  | 'settled'
  | 'stuck';

export type CallKind = 'authorise' | 'capture' | 'void' | 'refund' | 'settle';

/** The one call in flight: a claim. After `until` its maker is taken for dead, and the call is looked up by its `key`. */
export interface Call {
  readonly kind: CallKind;
  readonly key: string;
  readonly until: string;
  /** This time only ask what became of it. */
  readonly lookup: boolean;
}

/** The state of the money at the provider; `code`: of the refusal that led to the look-up. */
export interface Found {
  readonly outcome: 'authorised' | 'captured' | 'voided' | 'refunded' | 'settled';
  readonly reference: string;
  readonly code?: string;
}

/** The provider's answer; `unknown`: it has no such call; `no-token`: it was not called for want of a token. */
export type Answer =
  | Found
  | { readonly outcome: 'declined' | 'refused'; readonly code: string }
  | { readonly outcome: 'barred' }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'no-token' };

export interface Entry {
  readonly at: string;
  readonly what: string;
  readonly code?: string;
  /** More than 1 when the same happened repeatedly; `at` is the last time. */
  readonly times?: number;
  /** The admin who decided it, and the reason. */
  readonly by?: string;
  readonly reason?: string;
}

/** An admin's decision about a stuck payment: retry at the provider, or record what happened to the money without it. */
export interface Resolution {
  readonly outcome: 'retry' | 'voided' | 'refunded' | 'settled';
  readonly reason: string;
  readonly by: string;
  readonly at: string;
  /** The request's Idempotency-Key. */
  readonly key: string;
}

/** A payment of which only the order is known. */
export function opened(orderId: string, correlationId: string): Payment {
  return {
    orderId,
    correlationId,
    reserved: false,
    confirmed: false,
    cancelled: false,
    completed: false,
    stage: 'waiting',
    asked: false,
    tokenGone: false,
    history: [],
  };
}

/** Every order event carries the whole order: its facts are stored, in whatever order the events come. */
export function applyOrder(payment: Payment, order: Order, at: string): Decision<Payment> {
  const facts = {
    terms: payment.terms ?? { amount: order.totalAmount, currency: order.currency, method: order.paymentMethod },
    userId: order.userId,
    confirmed: payment.confirmed || (order.status >= Status.Confirmed && order.status !== Status.Cancelled),
    cancelled: payment.cancelled || order.status === Status.Cancelled,
    completed: payment.completed || order.status === Status.Delivered,
  };
  const changes = [
    !payment.terms && 'order known',
    facts.confirmed && !payment.confirmed && 'order confirmed',
    facts.cancelled && !payment.cancelled && 'order cancelled',
    facts.completed && !payment.completed && 'order completed',
  ].filter((each) => each !== false);
  if (changes.length === 0) return unchanged(payment);
  return decide(changes.reduce<Payment>((known, what) => noted(known, { at, what }), { ...payment, ...facts }));
}

export function applyReserved(payment: Payment, at: string): Decision<Payment> {
  if (payment.reserved) return unchanged(payment);
  return decide(noted({ ...payment, reserved: true }, { at, what: 'goods reserved' }));
}

/** The call that this payment is ripe for. */
export function next(payment: Payment): CallKind | undefined {
  switch (payment.stage) {
    case 'waiting':
      if (payment.cancelled) return payment.asked ? 'void' : undefined;
      return payment.terms && payment.reserved && !payment.tokenGone ? 'authorise' : undefined;
    case 'authorised':
      if (payment.cancelled) return 'void';
      return payment.confirmed ? 'capture' : undefined;
    case 'uncapturable':
      return 'void';
    case 'captured':
      if (payment.cancelled) return 'refund';
      return payment.completed ? 'settle' : undefined;
    default:
      return undefined;
  }
}

const mostEntries = 100;
const firstKept = 10;

/** Adds an entry to the history. Repeated entries become one; a history that is too long loses its middle. */
export function noted(payment: Payment, entry: Omit<Entry, 'times'>): Payment {
  const { history } = payment;
  const last = history.at(-1);
  if (last?.what === entry.what) {
    return { ...payment, history: [...history.slice(0, -1), { ...entry, times: (last.times ?? 1) + 1 }] };
  }
  const kept = history.length < mostEntries ? history : history.toSpliced(firstKept, 1 + history.length - mostEntries);
  return { ...payment, history: [...kept, entry] };
}
