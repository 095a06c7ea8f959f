import { ServiceError, type ServiceErrorOptions } from '@order-events/runtime';

export class ProductNotFoundError extends ServiceError {
  constructor(productId: string) {
    super('not-found', 'product-unknown', `there is no product ${productId}`);
  }
}

export class ProductIncompleteError extends ServiceError {
  constructor(productId: string) {
    super(
      'invalid',
      'product-incomplete',
      `product ${productId} does not exist: to create it, send name, price and currency`,
    );
  }
}

export class StockBelowZeroError extends ServiceError {
  constructor(productId: string, available: number, change: number) {
    super(
      'conflict',
      'stock-below-zero',
      `product ${productId} has ${available} units available: a restock of ${change} would go below zero`,
    );
  }
}

/** Open orders, and their refunds, are in the currency that the product has now. */
export class CurrencyFixedError extends ServiceError {
  constructor(productId: string, currency: string) {
    super(
      'conflict',
      'currency-fixed',
      `the currency of product ${productId} cannot change while open orders hold units of it in ${currency}`,
    );
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
      `a restock of product ${productId} needs an Idempotency-Key, or If-Match with one version: otherwise a retry would add twice`,
    );
  }
}

export class IdempotencyKeyReusedError extends ServiceError {
  constructor() {
    super(
      'unprocessable',
      'idempotency-key-reused',
      'this Idempotency-Key was used for another request: use a new key',
    );
  }
}

/** The refusal of a restock, returned again to its repeats. */
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
    super(
      'conflict',
      'reserved-by-order',
      `order ${orderId} has a reservation of its own, which only its events change`,
    );
  }
}

export class HoldDiffersError extends ServiceError {
  constructor(orderId: string, productId: string, held: number) {
    super(
      'conflict',
      'reservation-differs',
      `${orderId} holds ${held} of product ${productId}, not the requested quantity`,
    );
  }
}

export class HoldNotFoundError extends ServiceError {
  constructor(orderId: string, productId: string) {
    super('not-found', 'reservation-unknown', `${orderId} holds nothing of product ${productId}`);
  }
}

/** An earlier request for this hold is not done yet. */
export class HoldUnderWayError extends ServiceError {
  constructor(orderId: string, productId: string) {
    super(
      'unavailable',
      'reservation-under-way',
      `${orderId} is being reserved or released for product ${productId}: retry later`,
      {
        retryAfterSeconds: 1,
      },
    );
  }
}
