import { expect, test } from '@jest/globals';
import {
  createEvent,
  type EventDraft,
  emailSent,
  inventoryLowStock,
  inventoryRejected,
  orderCancelled,
  orderCreated,
  orderStatusChanged,
  paymentDeclined,
} from '@order-events/contracts';
import type { OutboxEntry } from '../src/collection.ts';
import { logEvents } from '../src/log-events.ts';

const told: { phrase: string; fields: Record<string, unknown> }[] = [];
const nothing = () => undefined;
const log = {
  debug: nothing,
  warn: nothing,
  error: nothing,
  info: (phrase: string, fields: object = {}) => void told.push({ phrase, fields: { ...fields } }),
};

const subject = '0192f7a4-5b1c-7d3e-8f90-1a2b3c4d5e6f';

function entry(draft: EventDraft): OutboxEntry {
  const event = createEvent(draft, {
    id: '0192f7a4-5b1c-7d3e-8f90-aaaaaaaaaaaa',
    source: `/services/${draft.contract.owner}`,
    subject,
    version: 3,
    time: '2026-11-29T12:00:00.000Z',
    correlationid: subject,
    triggeredby: 'system',
    userid: 'ada',
  });
  return { id: event.id, sequence: 3, at: event.time, type: event.type, body: JSON.stringify(event), signature: '' };
}

function tell(...drafts: EventDraft[]) {
  told.length = 0;
  logEvents(log, drafts.map(entry));
  return told;
}

test('each thing that was decided is one line, with the order it is about', () => {
  const drafts = [
    orderCreated(orderCreated.example),
    orderStatusChanged(orderStatusChanged.example),
    paymentDeclined(paymentDeclined.example),
    emailSent(emailSent.example),
  ];
  const lines = tell(...drafts);
  expect(lines.map(({ phrase }) => phrase)).toEqual([
    'order created',
    'order status changed',
    'payment declined',
    'email sent',
  ]);
  for (const { fields } of lines)
    expect(fields).toMatchObject({ orderId: expect.stringMatching(/^[\da-f-]{36}$/), sequence: 3 });
});

test('why something was refused or cancelled is told by its code', () => {
  const lines = tell(inventoryRejected(inventoryRejected.example), orderCancelled(orderCancelled.example));
  expect(lines[0]?.fields).toMatchObject({ why: 'out-of-stock' });
  expect(lines[1]?.fields).toMatchObject({ why: orderCancelled.example.order.cancellation?.code });
});

test('no person’s name, address or words are in a line, also where a code should be', () => {
  const { order } = orderCreated.example;
  const words = 'Ada wants a blue one, call 0123456789';
  tell(orderCreated(orderCreated.example));
  const strange = { ...entry(orderCreated(orderCreated.example)), body: '' };
  const data = { orderId: subject, code: words, reason: words, name: 'Ada', to: 'ada@example.org', kind: { words } };
  logEvents(log, [{ ...strange, body: JSON.stringify({ type: 'payment.failed.v1', subject, sequence: '4', data }) }]);
  expect(told.at(-1)).toMatchObject({ phrase: 'payment failed', fields: { orderId: subject, sequence: 4 } });
  for (const secret of [words, order.shippingAddress, '"ada', '@']) expect(JSON.stringify(told)).not.toContain(secret);
});

test('what is about no order is told of its own subject', () => {
  const [line] = tell(inventoryLowStock(inventoryLowStock.example));
  expect(line).toMatchObject({ phrase: 'inventory low stock', fields: { orderId: undefined, subject } });
});
