import { ServiceError } from '@order-events/runtime';

/** The order was delivered to somebody else before. A message that fails with it becomes a dead letter. */
export class OtherOwnerError extends ServiceError {
  constructor(orderId: string) {
    super('conflict', 'other-owner', `the gift of order ${orderId} belongs to another person`);
  }
}

export class GiftUnknownError extends ServiceError {
  constructor() {
    super('not-found', 'gift-unknown', 'this order has no gift');
  }
}
