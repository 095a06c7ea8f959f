import type { Facts } from '../src/facts.ts';
import type { Wanted } from '../src/mail.ts';

export const aConfirmation = {
  kind: 'confirmation',
  orderNumber: '7K3QX9B2M4TD',
  items: [
    { name: 'Teapot', quantity: 2, lineTotal: 5_980 },
    { name: 'Cup', quantity: 4, lineTotal: 3_910 },
  ],
  totalAmount: 9_890,
  currency: 'EUR',
  estimatedDelivery: '2026-03-05T23:30:00.000Z',
} as const satisfies Facts;

export const aCancellation = {
  kind: 'cancellation',
  orderNumber: '7K3QX9B2M4TD',
  refund: { amount: 9_890, currency: 'EUR', method: 'card' },
  code: 'out-of-stock',
} as const satisfies Facts;

/** A mail to be sent for an event. */
export function wanted(facts: Facts = aConfirmation): Wanted {
  return {
    orderId: '0199a3f0-7c1e-7b52-9d0a-3f5e6a7b8c9d',
    userId: 'user-1',
    messageId: '<0199a3f0-0000-7000-8000-000000000001@order-events>',
    facts,
    cause: { eventId: '0199a3f0-0000-7000-8000-000000000001', correlationId: 'c-1', triggeredBy: 'system' },
  };
}

export const ada = { email: 'ada@example.org', name: 'Ada Lovelace', locale: 'en' };
