import type { Cause, Documents } from '@order-events/store';
import { begin, conclude, giveUp, keyOf } from './call.ts';
import { answerFree, isFree } from './free.ts';
import { isFurther, statedBy } from './outcome.ts';
import type { Answer, Call, Payment } from './payment.ts';
import type { PaymentProvider } from './provider.ts';
import { steps } from './steps.ts';

/**
 * Makes every call that a payment is ripe for, one after another, each recorded before it is made and answered after.
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
  /** How long a call counts as under way: twice what it may take. */
  readonly leaseMs: number;
}

export function createMoneyMover(parts: MoneyMoverParts): MoveMoney {
  const { payments, clock, leaseMs } = parts;
  const now = () => clock().toISOString();
  const later = () => new Date(clock().getTime() + leaseMs).toISOString();

  async function claim(orderId: string, cause: Cause): Promise<Ripe | undefined> {
    const { document, changed } = await payments.change(orderId, (at) => begin(known(at), now(), later()), cause);
    const { call } = document.state;
    return changed && call ? { ...document.state, call } : undefined;
  }

  // If even this cannot be written, the call becomes overdue by itself.
  async function abandon({ orderId, call }: Ripe, cause: Cause): Promise<void> {
    await payments.change(orderId, (at) => giveUp(known(at), call, now()), cause).catch(() => {});
  }

  return async function moveMoney(orderId, cause) {
    for (let ripe = await claim(orderId, cause); ripe; ripe = await claim(orderId, cause)) {
      const { call } = ripe;
      steps.recorded.publish(call);
      try {
        const answer = await ask(parts, ripe);
        steps.answered.publish(call);
        await payments.change(orderId, (at) => conclude(known(at), call, answer, now()), cause);
      } catch (error) {
        await abandon(ripe, cause);
        throw error;
      }
    }
  };
}

type Ripe = Payment & { readonly call: Call };

/** A refusal may only say that somebody else was there first, in the provider's dashboard say: then that state is taken. */
async function ask(parts: MoneyMoverParts, ripe: Ripe): Promise<Answer> {
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
  if (!payment) throw new Error('a payment is asked for before it is known');
  return payment;
}
