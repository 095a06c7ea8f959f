import { type Cause, createClaims, type Documents } from '@order-events/store';
import { begin, conclude, giveUp, keyOf, paymentClaims } from './call.ts';
import { answerFree, isFree } from './free.ts';
import { isFurther, statedBy } from './outcome.ts';
import type { Answer, Call, Payment } from './payment.ts';
import { probes } from './probes.ts';
import type { PaymentProvider } from './provider.ts';

/**
 * Makes every call that a payment is ripe for, one after another, each recorded before it is made, and its answer after.
 * A crash anywhere is repaired by calling it again: a call without an answer is first looked up at the provider.
 * Throws CallInFlightError while another handler's call is under way, `unavailable` when provider, orders or store are.
 */
export type MoveMoney = (orderId: string, cause: Cause) => Promise<void>;

export interface MoneyMoverParts {
  readonly payments: Pick<Documents<Payment>, 'change'>;
  readonly provider: PaymentProvider;
  /** Undefined once the order has ended and its token is deleted. */
  readonly tokenOf: (orderId: string) => Promise<string | undefined>;
  readonly clock: () => Date;
  /** How long a call counts as in flight, in milliseconds: twice its time limit. */
  readonly leaseMs: number;
}

export function createMoneyMover(parts: MoneyMoverParts): MoveMoney {
  const { payments: documents, clock, leaseMs } = parts;
  const claims = createClaims({ documents, rules: paymentClaims, clock, leaseMs });

  /** False when the payment is ripe for no call. */
  async function makeNextCall(orderId: string, cause: Cause): Promise<boolean> {
    const { state, held } = await claims.take(orderId, cause, (at, lease) => begin(known(at), lease));
    if (!held) return false;
    const call = held.claim;
    probes.recorded.publish(call);
    try {
      const answer = await callProvider(parts, { ...state, call });
      probes.answered.publish(call);
      await held.record((payment, now) => conclude(payment, call, answer, now));
      return true;
    } catch (error) {
      // If even this cannot be written, the lease ends by itself.
      await held.record((payment, now) => giveUp(payment, call, now)).catch(() => {});
      throw error;
    }
  }

  return async function moveMoney(orderId, cause) {
    while (await makeNextCall(orderId, cause));
  };
}

type Ripe = Payment & { readonly call: Call };

/** A refusal may only mean that the money was moved by hand before, in the provider's dashboard: then that state is adopted. */
async function callProvider(parts: MoneyMoverParts, ripe: Ripe): Promise<Answer> {
  if (isFree(ripe)) return answerFree(ripe);
  const answer = await perform(parts, ripe);
  if (answer.outcome !== 'refused' || !ripe.reference) return answer;
  const state = await parts.provider.stateOf(ripe.reference);
  const found = state.outcome === 'unknown' ? statedBy(answer.code, ripe.reference) : state;
  return isFurther(found, ripe, ripe.call.kind) ? { ...found, code: answer.code } : answer;
}

async function perform({ provider, tokenOf }: MoneyMoverParts, ripe: Ripe): Promise<Answer> {
  const { orderId, terms, call, reference } = ripe;
  if (call.lookup) return provider.lookup(call.key);
  if (call.kind === 'void') return provider.void(call.key, keyOf(orderId, 'authorise'));
  if (call.kind === 'authorise' && terms) {
    const token = await tokenOf(orderId);
    return token ? provider.authorise(call.key, { orderId, ...terms }, token) : { outcome: 'no-token' };
  }
  if (call.kind !== 'authorise' && reference) return provider[call.kind](call.key, reference);
  throw new Error(`payment of order ${orderId} is not ready for its ${call.kind}`);
}

function known(payment: Payment | undefined): Payment {
  if (!payment) throw new Error('the payment does not exist yet');
  return payment;
}
