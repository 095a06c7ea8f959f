import { type ClaimRules, type Decision, decide, type Lease, unchanged } from '@order-events/store';
import { CallInFlightError } from './errors.ts';
import { outcome } from './outcome.ts';
import { type Answer, type Call, type CallKind, next, noted, type Payment } from './payment.ts';

/** A payment's claim is its call: kind and key are what is looked up. */
export const paymentClaims: ClaimRules<Payment, Call> = {
  claimIn: ({ call }) => call,
  inFlight: (orderId, { kind }) => new CallInFlightError(orderId, kind),
};

/**
 * Records the next call before it is made. A call whose maker died is taken over, to be looked up first. Changes nothing
 * when the payment is ripe for no call.
 */
export function begin(payment: Payment, { until }: Lease): Decision<Payment> {
  if (payment.call) return decide({ ...payment, call: { ...payment.call, until, lookup: true } });
  const kind = next(payment);
  if (!kind) return unchanged(payment);
  const call = { kind, key: keyOf(payment.orderId, kind, payment.retries), until, lookup: false };
  return decide({ ...payment, call, asked: payment.asked || kind === 'authorise' });
}

/**
 * One key per order and kind, for ever: however often a call is repeated, the provider does it once. Only an admin's retry
 * of a refused call has a new key: with the old one it would be refused for ever.
 */
export function keyOf(orderId: string, kind: CallKind, retries = 0): string {
  return retries === 0 ? `${orderId}.${kind}` : `${orderId}.${kind}.${retries + 1}`;
}

/** No response came: the next handler need not wait until the lease ends, and looks the call up at once. */
export function giveUp(payment: Payment, call: Call, now: string): Decision<Payment> {
  return decide(noted({ ...payment, call: { ...call, until: now } }, { at: now, what: `${call.kind} unanswered` }));
}

/** Records the answer to the call. */
export function conclude(payment: Payment, call: Call, answer: Answer, now: string): Decision<Payment> {
  const { call: _answered, ...free } = payment;
  if (answer.outcome === 'unknown') return decide(free);
  const code = 'code' in answer && { code: answer.code };
  return outcome(noted(free, { at: now, what: `${call.kind}: ${answer.outcome}`, ...code }), call.kind, answer);
}
