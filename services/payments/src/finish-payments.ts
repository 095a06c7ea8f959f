import { DependencyDownError, type Logger } from '@order-events/runtime';
import { CallInFlightError } from './errors.ts';
import type { MoveMoney } from './move-money.ts';
import type { Payment } from './payment.ts';
import { type Payments, unfinished } from './payment-store.ts';

/** Longer than the retries of one message take: until then a message still wakes the payment. */
const stuckAfterMs = 60_000;
const batch = 500;

interface Parts {
  readonly payments: Pick<Payments, 'find'>;
  readonly moveMoney: MoveMoney;
  readonly clock: () => Date;
  readonly log: Logger;
}

/** A job of the sweep: goes on with payments that stopped half-way and that no message will wake any more. */
export function finishPayments({ payments, moveMoney, clock, log }: Parts): () => Promise<void> {
  /** False when there is no point in trying the next one. */
  async function finish(orderId: string, { correlationId }: Payment): Promise<boolean> {
    try {
      await moveMoney(orderId, { correlationId, triggeredBy: 'system' });
      log.info('stuck payment finished', { orderId });
    } catch (error) {
      if (!(error instanceof CallInFlightError)) log.warn('stuck payment not finished', { orderId, error });
      return !(error instanceof DependencyDownError);
    }
    return true;
  }

  return async function finishStuckPayments() {
    const to = new Date(clock().getTime() - stuckAfterMs).toISOString();
    const { documents } = await payments.find(unfinished, { to, limit: batch });
    for (const { id, state } of documents) if (!(await finish(id, state))) return;
  };
}
