import { EarlyError } from '@order-events/messaging';
import { ServiceError } from '@order-events/runtime';
import type { CallKind } from './payment.ts';

/** Another handler's call for this payment may still be answered: come back a little later. */
export class CallInFlightError extends EarlyError {
  constructor(orderId: string, kind: CallKind) {
    super(`payment of order ${orderId} waits for the answer to its ${kind}`);
  }
}

export class PaymentNotFoundError extends ServiceError {
  constructor(orderId: string) {
    super('not-found', 'payment-unknown', `there is no payment for order ${orderId}`);
  }
}
