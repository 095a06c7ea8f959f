import { getStatusLabel, legalMoves, type Status } from '@order-events/contracts';
import { ServiceError } from '@order-events/runtime';

interface Money {
  readonly amount: number;
  readonly currency: string;
}

interface OrderAtStatus {
  readonly id: string;
  readonly status: Status;
  readonly statusLabel: string;
}

/** Also the response for another person's order. */
export class OrderNotFoundError extends ServiceError {
  constructor(id: string) {
    super('not-found', 'order-unknown', `there is no order ${id}`);
  }
}

/** An event came for an order that isn't stored. Retries give the store time; a dead letter is evidence of a lost order. */
export class OrderMissingError extends ServiceError {
  constructor(id: string) {
    super('unavailable', 'order-missing', `order ${id} is not in the store, though an event about it came`);
  }
}

export class IllegalMoveError extends ServiceError {
  constructor({ id, status, statusLabel }: OrderAtStatus, to: Status) {
    const legal = legalMoves[status];
    const names = legal.map((each) => `${each} (${getStatusLabel(each)})`).join(' or ') || 'nothing else';
    const message = `order ${id} is ${status} (${statusLabel}): it can become ${names}, but not ${to} (${getStatusLabel(to)})`;
    super('conflict', 'illegal-move', message, { extra: { status, legal: [...legal] } });
  }
}

export class NotReadyError extends ServiceError {
  constructor({ id }: OrderAtStatus, to: Status, missing: readonly string[]) {
    const message = `order ${id} cannot become ${to} (${getStatusLabel(to)}) yet: ${missing.join(', ')} missing`;
    super('conflict', 'not-ready', message, { extra: { missing } });
  }
}

export class CancelInsteadError extends ServiceError {
  constructor(id: string) {
    super(
      'conflict',
      'cancel-instead',
      `this route cannot cancel order ${id}: call POST /api/v1/orders/${id}/cancel with a reason`,
    );
  }
}

export class AddressFixedError extends ServiceError {
  constructor({ id, statusLabel }: OrderAtStatus) {
    super('conflict', 'address-fixed', `order ${id} is ${statusLabel}: its address cannot change any more`);
  }
}

export class AddressChangesUsedUpError extends ServiceError {
  constructor(id: string, most: number) {
    super(
      'conflict',
      'address-changes-used-up',
      `the address of order ${id} was changed ${most} times and cannot change again: cancel the order and place a new one`,
    );
  }
}

export class ItemsFixedError extends ServiceError {
  constructor() {
    super('conflict', 'items-fixed', 'the items of an order cannot change: cancel the order and place a new one');
  }
}

export class IdempotencyKeyReusedError extends ServiceError {
  constructor() {
    super(
      'unprocessable',
      'idempotency-key-reused',
      'this Idempotency-Key was used for an order with other content: use a new key for a new order',
    );
  }
}

export class ProductUnknownError extends ServiceError {
  constructor(productIds: readonly string[]) {
    const message = `there is no product ${productIds.join(', ')}`;
    super('unprocessable', 'product-unknown', message, { extra: { productIds } });
  }
}

export class CurrenciesMixedError extends ServiceError {
  constructor(currencies: readonly string[]) {
    super(
      'unprocessable',
      'currencies-mixed',
      `an order has one currency, these products have ${currencies.join(' and ')}: place one order for each`,
    );
  }
}

/** A product stored before currencies were checked: an admin must set another currency. */
export class CurrencyUnknownError extends ServiceError {
  constructor(currency: string) {
    super(
      'unprocessable',
      'currency-unknown',
      `the currency ${currency} of this product is no currency of ISO 4217 for prices`,
    );
  }
}

/** The token was deleted because payments has published a result, or the order has ended: nothing is left to charge. */
export class PaymentTokenGoneError extends ServiceError {
  constructor(id: string) {
    super(
      'gone',
      'payment-token-gone',
      `the payment token of order ${id} was deleted: its payment has a result, or the order has ended`,
    );
  }
}

export class QuantityTooLargeError extends ServiceError {
  constructor(productId: string, max: number) {
    super(
      'unprocessable',
      'quantity-too-large',
      `an order has at most ${max} units of a product, and this one has more of ${productId}`,
    );
  }
}

/** Amounts are exact up to 2^53 - 1 minor units; an inexact amount can't be charged. */
export class TotalTooLargeError extends ServiceError {
  constructor() {
    super(
      'unprocessable',
      'total-too-large',
      `the total of an order is at most ${Number.MAX_SAFE_INTEGER} minor units`,
    );
  }
}

/** The prices differ from those that the client saw. Nothing is stored; the client may retry with the actual total. */
export class TotalDiffersError extends ServiceError {
  constructor(expected: Money, actual: Money) {
    const inWords = ({ amount, currency }: Money) => `${amount} ${currency}`;
    const message = `this order costs ${inWords(actual)} (minor units), not ${inWords(expected)}: retry with the actual total`;
    super('conflict', 'total-differs', message, { extra: { expected, actual } });
  }
}

/** Too many events wait for the broker, of all orders or of this one. What was accepted before is stored. */
export class OutboxFullError extends ServiceError {
  constructor() {
    super('unavailable', 'outbox-full', 'too many events wait for the broker: retry later', {
      retryAfterSeconds: 30,
    });
  }
}

/** Inventory returned a response that is no product. */
export class CatalogueUnreadableError extends ServiceError {
  constructor(productId: string) {
    super(
      'unavailable',
      'inventory-unreadable',
      `inventory returned an unrecognised response for product ${productId}`,
    );
  }
}

export class HistoryUnreadableError extends ServiceError {
  constructor(id: string) {
    super('unavailable', 'audit-unreadable', `audit returned an unrecognised response for the events of order ${id}`);
  }
}
