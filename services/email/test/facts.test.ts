import { expect, test } from '@jest/globals';
import type { Refund } from '@order-events/contracts';
import { anEvent, anOrder } from '@order-events/testing';
import { cancellationOf, confirmationOf, mailIdOf } from '../src/facts.ts';
import { wantedBy } from '../src/mail.ts';

const event = anEvent('order.status_changed.v1');
const refund: Refund = { amount: 0, currency: 'EUR', method: 'card' };

test('an event has one mail of a kind, however often it comes', () => {
  const again = structuredClone(event);
  expect(mailIdOf(again, 'confirmation')).toBe(mailIdOf(event, 'confirmation'));
  expect(mailIdOf(event, 'cancellation')).not.toBe(mailIdOf(event, 'confirmation'));
  expect(mailIdOf(anEvent(event.type), 'confirmation')).not.toBe(mailIdOf(event, 'confirmation'));
});

test('a fact published in two versions has one mail', () => {
  const newer = { ...anEvent(event.type), alternateof: event.id };
  const facts = confirmationOf(anOrder());
  expect(mailIdOf(newer, 'confirmation')).toBe(mailIdOf(event, 'confirmation'));
  expect(wantedBy(newer, anOrder(), facts).messageId).toBe(`<${event.id}@order-events>`);
});

test('a record has the facts of its text and no personal data, sealed or not', () => {
  const order = anOrder({ cancellation: { code: 'timed-out', reason: anOrder().shippingAddress, by: 'system' } });
  for (const facts of [confirmationOf(order), cancellationOf(order, refund)]) {
    const kept = JSON.stringify(wantedBy(event, order, facts));
    expect(kept).toContain(order.userId);
    expect(kept).not.toContain('sealed:');
  }
});
