import { DependencyDownError, type Logger } from '@order-events/runtime';
import { sweepClaims } from '@order-events/store';
import { CallInFlightError } from './errors.ts';
import type { MoveMoney } from './move-money.ts';
import { type Payments, unfinished } from './payment-store.ts';

interface Parts {
  readonly payments: Pick<Payments, 'find'>;
  readonly moveMoney: MoveMoney;
  readonly clock: () => Date;
  readonly log: Logger;
  /** Monotonic clock for the pauses after failures, in milliseconds. */
  readonly now?: () => number;
}

/** A job of the sweep: continues payments that stopped half-way and for which no message will come. */
export function finishPayments({ payments, moveMoney, clock, log, now }: Parts): () => Promise<void> {
  return sweepClaims({
    name: 'finish payments',
    documents: payments,
    index: unfinished,
    clock,
    act: async ({ id: orderId, state: { correlationId } }) => {
      await moveMoney(orderId, { correlationId, triggeredBy: 'system' });
      log.info('stuck payment finished', { orderId });
    },
    isInFlight: (error) => error instanceof CallInFlightError,
    about: ({ id }) => ({ orderId: id }),
    isOutage: (error) => error instanceof DependencyDownError || isStoreOutage(error),
    log,
    ...(now && { now }),
  });
}

const isStoreOutage = (error: unknown) => (error as { outage?: unknown }).outage === true;
