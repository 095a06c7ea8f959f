import { ServiceError } from '@order-events/runtime';

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

/** A product document names its open holds; past the bound it takes no more until some end. */
export class ProductBusyError extends ServiceError {
  constructor(productId: string) {
    super('unavailable', 'product-busy', `product ${productId} has too many open reservations, try again`, {
      retryAfterSeconds: 5,
    });
  }
}

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
