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

/** Also what anybody gets who asks for another person's order. */
export class OrderNotFoundError extends ServiceError {
  constructor(id: string) {
    super('not-found', 'order-unknown', `there is no order ${id}`);
  }
}

/** An answer came for an order that isn't here. It said `order.created`, so it will be, or its letter is evidence. */
export class OrderMissingError extends ServiceError {
  constructor(id: string) {
    super('unavailable', 'order-missing', `order ${id} was answered but is not in the store`);
  }
}

export class IllegalMoveError extends ServiceError {
  constructor({ id, status, statusLabel }: OrderAtStatus, to: Status) {
    const legal = legalMoves[status];
    const names = legal.map((each) => `${each} (${getStatusLabel(each)})`).join(' or ') || 'nothing else';
    const message = `order ${id} is ${status} (${statusLabel}): it can become ${names}, not ${to} (${getStatusLabel(to)})`;
    super('conflict', 'illegal-move', message, { extra: { status, legal: [...legal] } });
  }
}

export class NotReadyError extends ServiceError {
  constructor({ id }: OrderAtStatus, to: Status, missing: readonly string[]) {
    const message = `order ${id} cannot become ${to} (${getStatusLabel(to)}) yet, missing: ${missing.join(', ')}`;
    super('conflict', 'not-ready', message, { extra: { missing } });
  }
}

export class CancelInsteadError extends ServiceError {
  constructor(id: string) {
    super('conflict', 'cancel-instead', `an order is cancelled by POST /api/v1/orders/${id}/cancel, with a reason`);
  }
}

export class AddressFixedError extends ServiceError {
  constructor({ id, statusLabel }: OrderAtStatus) {
    super('conflict', 'address-fixed', `order ${id} is ${statusLabel}: its address can no longer change`);
  }
}

export class AddressChangesUsedUpError extends ServiceError {
  constructor(id: string, most: number) {
    super(
      'conflict',
      'address-changes-used-up',
      `the address of order ${id} was changed ${most} times: it stays as it is`,
    );
  }
}

export class ItemsFixedError extends ServiceError {
  constructor() {
    super('conflict', 'items-fixed', 'the items of an order cannot change: cancel it and order again');
  }
}

export class IdempotencyKeyReusedError extends ServiceError {
  constructor() {
    super('unprocessable', 'idempotency-key-reused', 'this Idempotency-Key belongs to an order with another content');
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
      `one order, one currency: these products cost ${currencies.join(' and ')}`,
    );
  }
}

/** A product of before currencies were checked: an admin has to set another. */
export class CurrencyUnknownError extends ServiceError {
  constructor(currency: string) {
    super('unprocessable', 'currency-unknown', `${currency} is no currency that a price can be in (ISO 4217)`);
  }
}

/** The token is asked for after payment has answered, or the order has ended: there is nothing left to charge. */
export class PaymentTokenGoneError extends ServiceError {
  constructor(id: string) {
    super('gone', 'payment-token-gone', `order ${id} keeps no payment token any more`);
  }
}

export class QuantityTooLargeError extends ServiceError {
  constructor(productId: string, max: number) {
    super(
      'unprocessable',
      'quantity-too-large',
      `an order has at most ${max} of a product, this has more of ${productId}`,
    );
  }
}

/** Amounts are exact up to 2^53 - 1 minor units; what can't be told exactly can't be charged. */
export class TotalTooLargeError extends ServiceError {
  constructor() {
    super('unprocessable', 'total-too-large', `an order costs at most ${Number.MAX_SAFE_INTEGER} minor units`);
  }
}

/** The prices are no longer what the client saw: nothing is ordered, and it may ask again with what it costs now. */
export class TotalDiffersError extends ServiceError {
  constructor(expected: Money, actual: Money) {
    const inWords = ({ amount, currency }: Money) => `${amount} ${currency}`;
    const message = `this order costs ${inWords(actual)} in minor units, not ${inWords(expected)}`;
    super('conflict', 'total-differs', message, { extra: { expected, actual } });
  }
}

/** Nothing is lost, but no more is promised: so many events wait for the broker, or so many of this one order. */
export class OutboxFullError extends ServiceError {
  constructor() {
    super('unavailable', 'outbox-full', 'too many events wait for the broker: try again later', {
      retryAfterSeconds: 30,
    });
  }
}

/** Inventory answered with something that is no product: its fault, and nothing to place an order on. */
export class CatalogueUnreadableError extends ServiceError {
  constructor(productId: string) {
    super('unavailable', 'inventory-unreadable', `inventory did not answer with a product for ${productId}`);
  }
}

export class HistoryUnreadableError extends ServiceError {
  constructor(id: string) {
    super('unavailable', 'audit-unreadable', `audit did not answer with the events of order ${id}`);
  }
}
