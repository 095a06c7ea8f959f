import { describe, expect, test } from '@jest/globals';
import Type from 'typebox';
import {
  type ContractError,
  checkLabels,
  createEvent,
  defineEvent,
  eventIdentity,
  largestEventBytes,
  orderCreated,
  parseEvent,
} from '../src/index.ts';
import { exampleOf } from '../src/published-schema.ts';
import { caught } from './caught.ts';

const example = exampleOf(orderCreated);
const order = orderCreated.example.order;
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

const refusal = (body: unknown) =>
  caught<ContractError>(() => parseEvent(body instanceof Uint8Array ? body : bytes(body)));

test.each([
  ['not JSON', '{"id":', 'undecodable'],
  ['not UTF-8', Buffer.from(JSON.stringify(example).replace('"ada"', '"\xff"'), 'latin1'), 'undecodable'],
  ['no object', '[]', 'envelope'],
  ['null', 'null', 'envelope'],
  ['no id', { ...example, id: undefined }, 'envelope'],
  ['an id that is no UUID', { ...example, id: 'one' }, 'envelope'],
  ['a sequence that is a number', { ...example, sequence: 1 }, 'envelope'],
  ['a sequence of 0', { ...example, sequence: '0' }, 'envelope'],
  ['a time that is none', { ...example, time: 'yesterday' }, 'envelope'],
  ['a day that is none', { ...example, time: '2026-02-30T10:00:00Z' }, 'envelope'],
  ['a time of elsewhere', { ...example, time: '2026-11-24T10:00:00+01:00' }, 'envelope'],
  ['a leap second', { ...example, time: '2016-12-31T23:59:60Z' }, 'envelope'],
  ['an id in capitals', { ...example, id: example.id.toUpperCase() }, 'envelope'],
  ['an id as a URN', { ...example, id: `urn:uuid:${example.id}` }, 'envelope'],
  ['the key __proto__', JSON.stringify(example).replace('{', '{"__proto__":{"admin":true},'), 'envelope'],
  ['the key __proto__ in data', JSON.stringify(example).replace('"data":{', '$&"__proto__":{},'), 'schema'],
  ['an attribute name of other characters', { ...example, 'Trace-Id': 'a' }, 'envelope'],
  ['an attribute that is an object', { ...example, more: { a: 1 } }, 'envelope'],
  ['an attribute that is a long text', { ...example, more: 'x'.repeat(1_025) }, 'envelope'],
  ['data that is a text', { ...example, data: '{}' }, 'envelope'],
  ['another’s event', { ...example, source: '/services/payments' }, 'envelope'],
  ['a source that ends like the owner', { ...example, source: '/services/x/services/orders' }, 'envelope'],
  ['data of another major version', { ...example, dataschema: 'urn:order-events:order.created:2.0.0' }, 'envelope'],
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
  [
    'an amount beyond every number',
    JSON.stringify(example).replace('"totalAmount":9890', '"totalAmount":1e400'),
    'schema',
  ],
  ['nothing but depth', '['.repeat(largestEventBytes), 'undecodable'],
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

const attributes = { ...example, version: 1 };

test('a producer can’t publish data that the contract refuses', () => {
  const noItems = orderCreated({ order: { ...order, items: [] } });
  expect(caught(() => createEvent(noItems, attributes))).toMatchObject({
    reason: 'schema',
    problems: [{ pointer: '/data/order/items', message: 'must not be empty' }],
  });
});

test('a producer can’t publish another owner’s event, nor one that is not in the catalogue', () => {
  const draft = orderCreated({ order });
  expect(caught(() => createEvent(draft, { ...attributes, source: '/services/email' }))).toMatchObject({
    reason: 'envelope',
  });
  const own = defineEvent('order.created.v1', {
    ...orderCreated,
    version: '1.9.0',
    data: Type.Object({}),
    example: {},
  });
  expect(caught(() => createEvent(own({}), attributes))).toMatchObject({ reason: 'unknown-type' });
});

test('a producer can’t publish more than fits into a message', () => {
  const [item] = order.items;
  if (!item) throw new Error('the example has no item');
  const long = { ...item, name: '€'.repeat(200), productId: '€'.repeat(128) };
  expect(
    caught(() => createEvent(orderCreated({ order: { ...order, items: Array(100).fill(long) } }), attributes)),
  ).toMatchObject({
    reason: 'too-large',
  });
});

test('a draft may depend on its position', () => {
  const draft = orderCreated(({ version }) => ({ order: { ...order, version } }));
  const event = createEvent(draft, { ...example, version: 7 });
  expect(event).toMatchObject({ sequence: '7', data: { order: { version: 7 } } });
});

describe('data of another version than ours', () => {
  const at = (version: string, data: object) =>
    bytes({ ...example, dataschema: `urn:order-events:order.created:${version}`, data });
  const more = {
    order: { ...order, gift: { wrap: [true] }, items: order.items.map((item) => ({ ...item, hue: 'red' })) },
    channel: 'web',
  };

  test('a newer minor one may have more fields; a handler never gets them', () => {
    expect(parseEvent(at('1.4.0', more)).data).toEqual({ order });
    expect(parseEvent(at('1.1.0', { order })).data).toEqual({ order });
  });

  test('a newer minor one must keep the known fields', () => {
    expect(refusal(at('1.4.0', { order: { ...order, totalAmount: 'much' } }))).toMatchObject({ reason: 'schema' });
    expect(refusal(at('1.4.0', { channel: 'web' }))).toMatchObject({ reason: 'schema' });
  });

  test('ours, and one that differs by a correction only, has no more fields', () => {
    expect(refusal(at('1.0.0', more))).toMatchObject({ reason: 'schema' });
    expect(refusal(at('1.0.7', more))).toMatchObject({ reason: 'schema' });
  });

  test('fields that a newer one adds can be neither a trap nor too deep', () => {
    const trap = `"data":{"__proto__":{"admin":true},"deep":${'['.repeat(30_000)}${']'.repeat(30_000)},`;
    const { data } = parseEvent(Buffer.from(at('1.4.0', { order }).toString().replace('"data":{', trap)));
    expect(Object.keys(data as object)).toEqual(['order']);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
  });
});

test('unknown envelope attributes are accepted, as CloudEvents requires', () => {
  expect(parseEvent(bytes({ ...example, partitionkey: 'a' }))).toMatchObject({ partitionkey: 'a' });
});

test('a valid event with wrong labels is refused', () => {
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
