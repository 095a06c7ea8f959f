import { expect, test } from '@jest/globals';
import {
  ContractError,
  canMove,
  checkLabels,
  createEvent,
  eventIdentity,
  inventoryReserved,
  largestEventBytes,
  orderCreated,
  parseEvent,
  Status,
} from '../src/index.ts';
import { exampleOf } from '../src/published-schema.ts';

const example = exampleOf(orderCreated);
const order = orderCreated.example.order;
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

function refusal(body: unknown): ContractError {
  try {
    parseEvent(body instanceof Uint8Array ? body : bytes(body));
  } catch (error) {
    return error as ContractError;
  }
  throw new Error('it was accepted');
}

test.each([
  ['not JSON', '{"id":', 'undecodable'],
  ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'undecodable'],
  ['no object', '[]', 'envelope'],
  ['null', 'null', 'envelope'],
  ['no id', { ...example, id: undefined }, 'envelope'],
  ['an id that is no UUID', { ...example, id: 'one' }, 'envelope'],
  ['a sequence that is a number', { ...example, sequence: 1 }, 'envelope'],
  ['a sequence of 0', { ...example, sequence: '0' }, 'envelope'],
  ['a time that is none', { ...example, time: 'yesterday' }, 'envelope'],
  ['the schema of another event', { ...example, dataschema: 'urn:order-events:order.updated:1.0.0' }, 'envelope'],
  ['a name nobody knows', { ...example, type: 'order.teleported.v1' }, 'unknown-type'],
  ['a name of Object.prototype', { ...example, type: 'constructor' }, 'envelope'],
  ['a version from the future', { ...example, type: 'order.created.v9' }, 'unknown-version'],
  ['no order', { ...example, data: {} }, 'schema'],
  ['an unknown field', { ...example, data: { order, colour: 'red' } }, 'schema'],
  [
    'an address in clear',
    { ...example, data: { order: { ...order, shippingAddress: '12 St James Square' } } },
    'schema',
  ],
  ['an amount that is no integer', { ...example, data: { order: { ...order, totalAmount: 98.9 } } }, 'schema'],
  ['101 items', { ...example, data: { order: { ...order, items: Array(101).fill(order.items[0]) } } }, 'schema'],
  ['more than 64 KiB', { ...example, filler: 'x'.repeat(largestEventBytes) }, 'too-large'],
])('%s is refused', (_what, body, reason) => {
  expect(refusal(body)).toMatchObject({ name: 'ContractError', kind: 'invalid', reason });
});

test('a refusal names the place and never repeats the value', () => {
  const error = refusal({ ...example, data: { order: { ...order, shippingAddress: 'ada@example.org' } } });
  expect(error.problems).toEqual([
    { pointer: '/data/order/shippingAddress', message: 'must be sealed text (sealed:v1:…)' },
  ]);
  expect(error.message).not.toContain('ada@');
});

test('a producer can’t say what its contract refuses', () => {
  const said = {
    id: example.id,
    source: '/services/inventory',
    subject: 'x',
    version: 1,
    time: example.time,
    correlationid: 'c',
    triggeredby: 'system',
  } as const;
  const draft = inventoryReserved({ orderId: order.id, items: [] });
  expect(() => createEvent(draft, said)).toThrow(ContractError);
});

test('a draft may depend on the place it gets', () => {
  const draft = orderCreated(({ version }) => ({ order: { ...order, version } }));
  const event = createEvent(draft, { ...example, version: 7 });
  expect(event).toMatchObject({ sequence: '7', data: { order: { version: 7 } } });
});

test('a newer minor version may have more fields, but must keep what we know', () => {
  const newer = { ...example, dataschema: 'urn:order-events:order.created:1.4.0' };
  expect(parseEvent(bytes({ ...newer, data: { order: { ...order, giftWrap: true }, channel: 'web' } }))).toMatchObject({
    type: 'order.created.v1',
  });
  expect(refusal({ ...newer, data: { order: { ...order, totalAmount: 'much' } } }).reason).toBe('schema');
});

test('unknown envelope attributes are let through, as CloudEvents wants it', () => {
  expect(parseEvent(bytes({ ...example, partitionkey: 'a' }))).toMatchObject({ partitionkey: 'a' });
});

test('a true event under a false label is refused', () => {
  const labels = { type: example.type, messageId: example.id };
  expect(() => checkLabels(example, labels, example.type)).not.toThrow();
  expect(() => checkLabels(example, { ...labels, type: 'order.updated.v1' }, example.type)).toThrow(/label/);
  expect(() => checkLabels(example, { ...labels, messageId: 'other' }, example.type)).toThrow(/label/);
  expect(() => checkLabels(example, labels, 'order.cancelled.v1')).toThrow(/label/);
  expect(() => checkLabels(example, {}, example.type)).toThrow(/label/);
});

test('one fact in two major versions has one identity', () => {
  expect(eventIdentity(example)).toBe(example.id);
  expect(eventIdentity({ ...example, alternateof: 'older' })).toBe('older');
});

test('an order moves forward one step at a time, or ends', () => {
  expect(canMove(Status.Pending, Status.Confirmed)).toBe(true);
  expect(canMove(Status.Pending, Status.Shipped)).toBe(false);
  expect(canMove(Status.Shipped, Status.Cancelled)).toBe(false);
  expect(canMove(Status.Cancelled, Status.Pending)).toBe(false);
});
