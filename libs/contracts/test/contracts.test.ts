import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { consumerOf, consumers, forTheRecord } from '../src/consumers.ts';
import { envelopeSchema } from '../src/envelope.ts';
import { generateContracts } from '../src/generate.ts';
import { contracts, orderCreated, parseEvent, toMessage } from '../src/index.ts';
import { orderEvents } from '../src/orders.ts';
import { paymentEvents } from '../src/payments.ts';
import { exampleOf, publishedSchema } from '../src/published-schema.ts';

const root = join(import.meta.dirname, '../../..');

test.each(contracts.map((contract) => [contract.type, contract] as const))(
  '%s: its example is an event by our check and by its published schema, no other event is',
  (_type, contract) => {
    const example = exampleOf(contract);
    expect(parseEvent(Buffer.from(JSON.stringify(example)))).toEqual(example);
    const validate = readerElsewhere().compile(publishedSchema(contract));
    const accepted = contracts.filter((other) => validate(exampleOf(other)));
    expect(accepted).toEqual([contract]);
    expect(validate({ ...example, source: '/services/gateway' })).toBe(false);
    expect(validate({ ...example, data: { ...(example.data as object), colour: 'red' } })).toBe(false);
  },
);

// A validator as another program would make one, without code of this project.
function readerElsewhere(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true });
  addFormats.default(ajv);
  return ajv;
}

test('a type ends in its major version, and no event is there twice', () => {
  for (const { type, version } of contracts)
    expect(type).toMatch(new RegExp(`^[a-z]+\\.[a-z_]+\\.v${version.split('.')[0]}$`));
  expect(new Set(contracts.map(({ type }) => type)).size).toBe(contracts.length);
});

test('every type that a queue consumes exists', () => {
  const known = contracts.map(({ type }) => type);
  const consumed = Object.values(consumers).flatMap(({ consumes }) => (consumes === '#' ? [] : consumes));
  expect(consumed.filter((type) => !known.includes(type))).toEqual([]);
});

test('payments and notifications consume every order event, orders every payment event', () => {
  const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type);
  for (const queue of [consumerOf('payments'), consumerOf('notifications')])
    expect(queue.consumes).toEqual(expect.arrayContaining(typesOf(orderEvents)));
  expect(consumerOf('orders').consumes).toEqual(expect.arrayContaining(typesOf(paymentEvents)));
});

test('every event is consumed by a service that acts on it, or is published for the record', () => {
  const acting = Object.values(consumers).flatMap(({ consumes }) => (consumes === '#' ? [] : consumes));
  const unconsumed = contracts.map(({ type }) => type).filter((type) => !acting.includes(type));
  expect(unconsumed).toEqual(forTheRecord);
});

test('every object is closed, and every text, list and number bounded', () => {
  const { data: _anyPayload, ...attributes } = envelopeSchema.properties;
  const envelope = { ...envelopeSchema, properties: attributes };
  const nodes = [...contracts.map(({ schema }) => schema), envelope].flatMap(nodesOf);
  expect(nodes.length).toBeGreaterThan(100);
  expect(nodes.filter((node) => !isBounded(node))).toEqual([]);
});

type Node = Readonly<Record<string, unknown>>;

function nodesOf(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(nodesOf);
  return 'type' in value && typeof value.type === 'string' ? [{ ...value }, ...inside] : inside;
}

function isBounded(node: Node): boolean {
  if (node.type === 'object') return node.additionalProperties !== undefined;
  if (node.type === 'array') return typeof node.maxItems === 'number';
  if (node.type === 'string') return typeof node.maxLength === 'number' || 'const' in node;
  return node.type === 'boolean' || typeof node.maximum === 'number';
}

test('no event carries personal data or a token in clear', () => {
  const names = contracts.flatMap(({ schema }) =>
    [...JSON.stringify(schema).matchAll(/"([A-Za-z]+)":\{/g)].map(([, name]) => name),
  );
  expect(
    names.filter((name) =>
      /^(email|phone|token|paymentToken|secret|password|firstName|lastName|city|line1)$/.test(name ?? ''),
    ),
  ).toEqual([]);
});

test('published schemas and the page of events are fresh', async () => {
  for (const [path, content] of generateContracts(root)) {
    expect({ path, content: await readFile(path, 'utf8').catch(() => 'missing') }).toEqual({ path, content });
  }
});

test('a message has the labels of its body', () => {
  const event = { ...exampleOf(orderCreated), tracestate: 'a=b' };
  const body = JSON.stringify(event);
  const message = toMessage(body, 'v1,k,mac');
  expect(message).toEqual({
    routingKey: 'order.created.v1',
    content: Buffer.from(body),
    properties: {
      contentType: 'application/cloudevents+json; charset=utf-8',
      messageId: event.id,
      type: 'order.created.v1',
      timestamp: Date.UTC(2026, 10, 24, 10) / 1000,
      correlationId: event.correlationid,
      appId: 'orders',
      deliveryMode: 2,
      headers: { signature: 'v1,k,mac', traceparent: event.traceparent, tracestate: 'a=b' },
    },
  });
});
