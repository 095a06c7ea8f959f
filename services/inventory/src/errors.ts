import { ServiceError, type ServiceErrorOptions } from '@order-events/runtime';

export class ProductNotFoundError extends ServiceError {
  constructor(productId: string) {
    super('not-found', 'product-unknown', `there is no product ${productId}`);
  }
}

export class ProductIncompleteError extends ServiceError {
  constructor(productId: string) {
    super('invalid', 'product-incomplete', `product ${productId} is new: it needs name, price and currency`);
  }
}

export class StockBelowZeroError extends ServiceError {
  constructor(productId: string, available: number, change: number) {
    super(
      'conflict',
      'stock-below-zero',
      `product ${productId} has ${available} available, ${change} would go below zero`,
    );
  }
}

/** Orders and refunds are in the currency in which the product was held for them. */
export class CurrencyFixedError extends ServiceError {
  constructor(productId: string, currency: string) {
    super('conflict', 'currency-fixed', `product ${productId} is held for open orders in ${currency}`);
  }
}

export class PriceTooHighError extends ServiceError {
  constructor(currency: string, limit: number) {
    const message = `a price in ${currency} is at most ${limit.toLocaleString('en')}`;
    super('invalid', 'price-too-high', message, { problems: [{ pointer: '/price', message: 'is too high' }] });
  }
}

export class RestockNotNamedError extends ServiceError {
  constructor(productId: string) {
    super(
      'invalid',
      'idempotency-key-missing',
      `product ${productId} is there: a restock needs an Idempotency-Key, or If-Match with one version, so that a repeat adds nothing`,
    );
  }
}

export class IdempotencyKeyReusedError extends ServiceError {
  constructor() {
    super('unprocessable', 'idempotency-key-reused', 'this Idempotency-Key was used for another request');
  }
}

/** What a restock was refused with, said again. */
export class RestockRefusedError extends ServiceError {
  constructor({ kind, code, message, ...options }: Refused) {
    super(kind, code, message, options);
  }
}
export type Refused = Pick<ServiceError, 'kind' | 'code' | 'message'> & Pick<ServiceErrorOptions, 'problems' | 'extra'>;

export class OutOfStockError extends ServiceError {
  readonly available: number;

  constructor(productId: string, requested: number, available: number) {
    super('conflict', 'out-of-stock', `product ${productId}: ${requested} requested, ${available} available`);
    this.available = available;
  }
}

export class SagaReservationError extends ServiceError {
  constructor(orderId: string) {
    super('conflict', 'reserved-by-order', `order ${orderId} has its own reservation, which only the order changes`);
  }
}

export class HoldDiffersError extends ServiceError {
  constructor(orderId: string, productId: string, held: number) {
    super('conflict', 'reservation-differs', `${orderId} holds ${held} of product ${productId}, not that many`);
  }
}

export class HoldNotFoundError extends ServiceError {
  constructor(orderId: string, productId: string) {
    super('not-found', 'reservation-unknown', `${orderId} holds nothing of product ${productId}`);
  }
}

/** What was asked for before it is not done yet: a moment later it is. */
export class HoldUnderWayError extends ServiceError {
  constructor(orderId: string, productId: string) {
    super('unavailable', 'reservation-under-way', `${orderId} is reserving or releasing product ${productId}`, {
      retryAfterSeconds: 1,
    });
  }
}
