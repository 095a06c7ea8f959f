import Type, { type Static } from 'typebox';
import {
  actor,
  amount,
  closed,
  code,
  currency,
  idText,
  method,
  productName,
  quantity,
  timestamp,
  uuid,
} from './fields.ts';
import { sealedString } from './sealed.ts';

/** The status of an order, as a number on the wire. */
export const Status = { Pending: 0, Confirmed: 1, Processing: 2, Shipped: 3, Delivered: 4, Cancelled: 5 } as const;
export type Status = (typeof Status)[keyof typeof Status];

export const statusLabels: Readonly<Record<Status, string>> = {
  0: 'Pending',
  1: 'Confirmed',
  2: 'Processing',
  3: 'Shipped',
  4: 'Delivered',
  5: 'Cancelled',
};

/** The legal moves from each status. */
export const legalMoves: Readonly<Record<Status, readonly Status[]>> = {
  0: [Status.Confirmed, Status.Cancelled],
  1: [Status.Processing, Status.Cancelled],
  2: [Status.Shipped, Status.Cancelled],
  3: [Status.Delivered],
  4: [],
  5: [],
};

export function getStatusLabel(status: Status): string {
  return statusLabels[status];
}

export function canMove(from: Status, to: Status): boolean {
  return legalMoves[from].includes(to);
}

export function isStatus(value: unknown): value is Status {
  return typeof value === 'number' && Object.hasOwn(statusLabels, value);
}

export const statusSchema = Type.Enum([0, 1, 2, 3, 4, 5]);

/** The present codes of cancellations; `cancellation.code` is open for more. */
export const cancellationCodes = [
  'out-of-stock',
  'product-unknown',
  'product-busy',
  'payment-declined',
  'payment-failed',
  'refunded',
  'shipment-failed',
  'customer-cancelled',
  'admin-cancelled',
  'timed-out',
] as const;

const orderItem = closed({
  productId: idText,
  name: productName,
  quantity,
  unitPrice: amount,
  lineTotal: amount,
});

/** The order as events carry it: the address and the reason of a cancel are sealed, `version` is the event's sequence. */
export const orderSchema = closed({
  id: uuid,
  orderNumber: Type.String({ title: 'an order number', pattern: '^[0-9A-HJKMNP-TV-Z]{12}$', maxLength: 12 }),
  userId: idText,
  status: statusSchema,
  statusLabel: Type.String({ minLength: 1, maxLength: 32 }),
  items: Type.Array(orderItem, { minItems: 1, maxItems: 100 }),
  totalAmount: amount,
  currency,
  shippingAddress: sealedString,
  paymentMethod: method,
  trackingNumber: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  shippingCarrier: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  estimatedDelivery: Type.Optional(timestamp),
  cancellation: Type.Optional(
    closed({
      code,
      reason: sealedString,
      by: actor,
    }),
  ),
  createdAt: timestamp,
  updatedAt: timestamp,
  version: Type.Integer({ minimum: 1, maximum: 999_999_999_999_999, description: 'the `sequence` of the event' }),
});
export type Order = Static<typeof orderSchema>;
