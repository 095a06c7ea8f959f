import { EarlyError } from '@order-events/messaging';
import { ServiceError } from '@order-events/runtime';
import type { CallKind, Stage } from './payment.ts';

/** Another handler's call for this payment is in flight: retry a little later. */
export class CallInFlightError extends EarlyError {
  constructor(orderId: string, kind: CallKind) {
    super(`the payment of order ${orderId} waits for the response to its ${kind}`);
  }
}

export class PaymentNotFoundError extends ServiceError {
  constructor(orderId: string) {
    super('not-found', 'payment-unknown', `there is no payment for order ${orderId}`);
  }
}

export class NotStuckError extends ServiceError {
  constructor(orderId: string, stage: Stage) {
    super('conflict', 'not-stuck', `the payment of order ${orderId} is not stuck: it is ${stage}`, {
      extra: { stage },
    });
  }
}

export class NoWayOutError extends ServiceError {
  constructor(orderId: string, call: CallKind, outcomes: readonly string[]) {
    const message = `the payment of order ${orderId} is stuck on its ${call}: it can be resolved by ${outcomes.join(' or ')}`;
    super('conflict', 'outcome-impossible', message, { extra: { outcomes } });
  }
}

export class KeyReusedError extends ServiceError {
  constructor() {
    super(
      'unprocessable',
      'idempotency-key-reused',
      'this Idempotency-Key was used for another decision: use a new key',
    );
  }
}
