import Type, { type Static } from 'typebox';
import { defineEvent } from './event.ts';
import { exampleOrder } from './examples.ts';
import { amount, closed, currency, meta, method } from './fields.ts';
import { getStatusLabel, orderSchema, Status, statusSchema } from './order.ts';

const label = Type.String({ minLength: 1, maxLength: 32 });
const aboutOrder = closed({ order: orderSchema, meta: Type.Optional(meta) });
const common = { owner: 'orders', version: '1.0.0' } as const;

/** An order was accepted. Nothing is reserved and nothing is paid yet. */
export const orderCreated = defineEvent('order.created.v1', {
  ...common,
  summary: 'An order was accepted; nothing is reserved and nothing is paid yet.',
  data: aboutOrder,
  example: { order: exampleOrder() },
});

export const orderUpdated = defineEvent('order.updated.v1', {
  ...common,
  summary: 'The delivery address of an order was changed.',
  data: aboutOrder,
  example: { order: exampleOrder({ version: 2 }) },
});

/** Comes before order.cancelled or order.completed when the new status is their end. */
export const orderStatusChanged = defineEvent('order.status_changed.v1', {
  ...common,
  summary: 'An order moved from one status to the next.',
  data: closed({
    order: orderSchema,
    oldStatus: statusSchema,
    newStatus: statusSchema,
    oldStatusLabel: label,
    newStatusLabel: label,
    meta: Type.Optional(meta),
  }),
  example: {
    order: exampleOrder({ status: Status.Confirmed, version: 2 }),
    oldStatus: Status.Pending,
    newStatus: Status.Confirmed,
    oldStatusLabel: getStatusLabel(Status.Pending),
    newStatusLabel: getStatusLabel(Status.Confirmed),
  },
});

/** The refund of the owner: 0 when nothing was authorised. */
const refund = closed({ amount, currency, method });
export type Refund = Static<typeof refund>;

export const orderCancelled = defineEvent('order.cancelled.v1', {
  ...common,
  summary: 'An order ended without delivery; what was reserved is released and what was paid goes back.',
  data: closed({ order: orderSchema, refund, meta: Type.Optional(meta) }),
  example: {
    order: exampleOrder({ status: Status.Cancelled, version: 4 }),
    refund: { amount: 9_890, currency: 'EUR', method: 'card' },
  },
});

export const orderCompleted = defineEvent('order.completed.v1', {
  ...common,
  summary: 'An order was delivered.',
  data: aboutOrder,
  example: { order: exampleOrder({ status: Status.Delivered, version: 7 }) },
});

export const orderEvents = [orderCreated, orderUpdated, orderStatusChanged, orderCancelled, orderCompleted];
