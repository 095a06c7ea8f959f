import { type Decision, decide, unchanged } from '@order-events/store';
import { CallInFlightError } from './errors.ts';
import { outcome } from './outcome.ts';
import { type Answer, type Call, type CallKind, next, noted, type Payment } from './payment.ts';

// More than clocks of healthy machines differ, and more than a decision that lost a race is late.
const skewMs = 60_000;

/**
 * Records the call that is about to be made, so that only one is under way. One whose maker is overdue is taken over, to
 * be looked up first; so is one that ends far later than any made now would: a clock was ahead when it was made. Throws
 * CallInFlightError while another may still be answered; changes nothing when nothing is ripe.
 */
export function begin(payment: Payment, now: string, until: string): Decision<Payment> {
  if (payment.call && isLive(payment.call, now, until)) throw new CallInFlightError(payment.orderId, payment.call.kind);
  if (payment.call) return decide({ ...payment, call: { ...payment.call, until, lookup: true } });
  const kind = next(payment);
  if (!kind) return unchanged(payment);
  const call = { kind, key: keyOf(payment.orderId, kind, payment.retries), until, lookup: false };
  return decide({ ...payment, call, asked: payment.asked || kind === 'authorise' });
}

function isLive(call: Call, now: string, until: string): boolean {
  return call.until > now && Date.parse(call.until) - Date.parse(until) <= skewMs;
}

/**
 * One key per order and kind, for ever: however often a call is repeated, the provider does it once. Only what it refused,
 * and an admin has tried again, has a new key: with the old one it would be refused for ever.
 */
export function keyOf(orderId: string, kind: CallKind, retries = 0): string {
  return retries === 0 ? `${orderId}.${kind}` : `${orderId}.${kind}.${retries + 1}`;
}

/** No answer came: whoever comes next need not wait until the call is overdue, and looks it up at once. */
export function giveUp(payment: Payment, call: Call, now: string): Decision<Payment> {
  if (!isSame(payment.call, call)) return unchanged(payment);
  return decide(noted({ ...payment, call: { ...call, until: now } }, { at: now, what: `${call.kind} unanswered` }));
}

/** Takes the answer to `call`. Where another has taken the call over, that one asks for itself and this changes nothing. */
export function conclude(payment: Payment, call: Call, answer: Answer, now: string): Decision<Payment> {
  if (!isSame(payment.call, call)) return unchanged(payment);
  const { call: _answered, ...free } = payment;
  if (answer.outcome === 'unknown') return decide(free);
  const code = 'code' in answer && { code: answer.code };
  return outcome(noted(free, { at: now, what: `${call.kind}: ${answer.outcome}`, ...code }), call.kind, answer);
}

function isSame(recorded: Call | undefined, call: Call): boolean {
  return recorded?.kind === call.kind && recorded.until === call.until && recorded.lookup === call.lookup;
}
