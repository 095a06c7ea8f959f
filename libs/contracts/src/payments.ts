import Type from 'typebox';
import { defineEvent } from './event.ts';
import { exampleOrderId } from './examples.ts';
import { amount, closed, code, currency, method, uuid } from './fields.ts';

const money = { orderId: uuid, amount, currency, method };
const done = closed(money);
const refused = closed({
  ...money,
  code,
  step: Type.Optional(Type.Enum(['authorize', 'capture', 'void', 'refund', 'settle'])),
});
const example = { orderId: exampleOrderId, amount: 9_890, currency: 'EUR', method: 'card' };
const common = { owner: 'payments', version: '1.0.0' } as const;

export const paymentAuthorized = defineEvent('payment.authorized.v1', {
  ...common,
  summary: 'The amount of an order is set aside for it.',
  data: done,
  example,
});

export const paymentDeclined = defineEvent('payment.declined.v1', {
  ...common,
  summary: 'The payer’s bank refused to set the amount aside.',
  data: refused,
  example: { ...example, code: 'declined' },
});

export const paymentCaptured = defineEvent('payment.captured.v1', {
  ...common,
  summary: 'The amount set aside was taken.',
  data: done,
  example,
});

export const paymentFailed = defineEvent('payment.failed.v1', {
  ...common,
  summary: 'A payment step failed for good; nothing more is tried.',
  data: refused,
  example: { ...example, code: 'capture-failed', step: 'capture' },
});

export const paymentVoided = defineEvent('payment.voided.v1', {
  ...common,
  summary: 'The amount set aside was let go; nothing was taken.',
  data: done,
  example,
});

export const paymentRefunded = defineEvent('payment.refunded.v1', {
  ...common,
  summary: 'What was taken was given back.',
  data: done,
  example,
});

export const paymentSettled = defineEvent('payment.settled.v1', {
  ...common,
  summary: 'The order was delivered and its payment is final.',
  data: done,
  example,
});

export const paymentEvents = [
  paymentAuthorized,
  paymentDeclined,
  paymentCaptured,
  paymentFailed,
  paymentVoided,
  paymentRefunded,
  paymentSettled,
];
