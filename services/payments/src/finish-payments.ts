import { DependencyDownError, type Logger } from '@order-events/runtime';
import { type Document, overdue, sweepEach } from '@order-events/store';
import { CallInFlightError } from './errors.ts';
import type { MoveMoney } from './move-money.ts';
import type { Payment } from './payment.ts';
import { type Payments, unfinished } from './payment-store.ts';

/** Longer than the retries of one message take: until then a message still wakes the payment. */
const stuckAfterMs = 60_000;
/** No call may take so long: one that ends later was begun by a clock that was ahead. */
const longestLeaseMs = 60 * 60_000;

interface Parts {
  readonly payments: Pick<Payments, 'find'>;
  readonly moveMoney: MoveMoney;
  readonly clock: () => Date;
  readonly log: Logger;
  /** What the pauses of those that fail are measured by. */
  readonly now?: () => number;
}

/** A job of the sweep: goes on with payments that stopped half-way and that no message will wake any more. */
export function finishPayments({ payments, moveMoney, clock, log, now }: Parts): () => Promise<void> {
  async function finish({ id: orderId, state: { correlationId } }: Document<Payment>): Promise<void> {
    try {
      await moveMoney(orderId, { correlationId, triggeredBy: 'system' });
      log.info('stuck payment finished', { orderId });
    } catch (error) {
      if (!(error instanceof CallInFlightError)) throw error;
    }
  }

  return sweepEach<Document<Payment>>({
    name: 'finish payments',
    find: overdue(payments, unfinished, { clock, ms: stuckAfterMs, aheadMs: longestLeaseMs }),
    act: finish,
    about: ({ id }) => ({ orderId: id }),
    isOutage: (error) => error instanceof DependencyDownError || isStoreOutage(error),
    log,
    ...(now && { now }),
  });
}

const isStoreOutage = (error: unknown) => (error as { outage?: unknown }).outage === true;
