import { describe, expect, test } from '@jest/globals';
import type { MessageProperties } from 'amqplib';
import fc from 'fast-check';
import { carriable, carriableKey } from '../src/carriable.ts';
import { bareDeadLetter, copyOf } from '../src/copy.ts';
import { replayOf } from '../src/dead-letters/replay.ts';
import { readDelivery } from '../src/headers.ts';
import { sentOn } from '../src/operate/operation.ts';
import { aMessage } from './a-message.ts';
import { written } from './a-writer.ts';

const FRAME_BYTES = 64 * 1024;
const now = new Date('2026-11-29T10:00:00Z');
// A byte that is no UTF-8 is read as a character of three bytes.
const grown = '\uFFFD'.repeat(255);

const unwritable: [string, Partial<MessageProperties>][] = [
  ['a timestamp of 2⁶⁴−1', { timestamp: Number(2n ** 64n - 1n) }],
  ['a timestamp that is no whole number', { timestamp: 1.5 }],
  ['a negative timestamp', { timestamp: -1 }],
  ['a timestamp that is no number', { timestamp: Number.NaN }],
  ['an id that grew when it was read', { messageId: grown }],
  ['a type that grew when it was read', { type: grown }],
  ['a content type that grew when it was read', { contentType: grown }],
  ['a correlation id of 255 two-byte characters', { correlationId: 'é'.repeat(255) }],
  ['an application of 64 emojis', { appId: '\u{1f4a5}'.repeat(64) }],
  ['a content type that is no text', { contentType: 7 as never }],
];

const headers: [string, unknown][] = [
  ['40,000 characters of three bytes', '€'.repeat(40_000)],
  ['more than a frame', 'x'.repeat(200_000)],
  ['not a number', Number.NaN],
  ['minus infinity', Number.NEGATIVE_INFINITY],
  ['a large fraction', 2 ** 50 + 0.5],
  ['a number below 64 bits', -1e300],
  ['a time of 2⁶⁴−1', { '!': 'timestamp', value: Number(2n ** 64n - 1n) }],
  ['a table with the client’s mark for types', { '!': 'x', value: 1 }],
  ['a broken decimal', { '!': 'decimal', value: { places: 300, digits: 1 } }],
  ['a name that grew when it was read', { [grown]: 1 }],
  ['a big integer', 1n],
  ['a table 5,000 deep', Array.from({ length: 5_000 }).reduce((inner) => ({ a: inner }), {})],
  ['a list 5,000 deep', Array.from({ length: 5_000 }).reduce((inner) => [inner], [])],
  ['bytes for more than a frame', Buffer.alloc(100_000)],
];

const copies = {
  retry: (message: ReturnType<typeof aMessage>) =>
    copyOf(
      readDelivery('orders', message),
      { kind: 'retry', delayMs: 1_000, error: new Error('€'.repeat(999)) },
      'orders',
      now,
    ),
  'dead letter': (message: ReturnType<typeof aMessage>) =>
    copyOf(readDelivery('orders', message), { kind: 'dead', error: new Error('\u{1f4a5}'.repeat(999)) }, 'orders', now),
  'bare letter': (message: ReturnType<typeof aMessage>) =>
    bareDeadLetter(readDelivery('orders', message), Object.create(null), 'orders', now),
  replay: (message: ReturnType<typeof aMessage>) => replayOf(readDelivery('orders', message)),
  'replay of an edit': (message: ReturnType<typeof aMessage>) =>
    replayOf(readDelivery('orders', message), {
      body: '{}',
      signature: 'v1,k,s',
      original: 'x'.repeat(43_692),
      originalSignature: 'v1,k,s',
    }),
  move: (message: ReturnType<typeof aMessage>) => sentOn(message, 'orders.moving'),
};
const everyCopy = Object.entries(copies);

describe.each(everyCopy)('a %s can be written, and names what it left out', (_name, copyOf) => {
  test.each(unwritable)('of a message with %s', (_what, label) => {
    const { properties, content } = copyOf(aMessage({ appId: 'orders', ...label }, 'the body'));
    expect(written(properties).length).toBeLessThan(FRAME_BYTES);
    const [name = ''] = Object.keys(label);
    if (copyOf !== copies['bare letter']) expect(properties.headers).toMatchObject({ 'left-out': name });
    expect(content.length).toBeGreaterThan(0);
  });
});

test.each(headers)('a moved message loses a header of %s and keeps the rest', (_what, value) => {
  const { properties } = sentOn(
    aMessage({ messageId: 'id-1', headers: { odd: value, signature: 'v1,k,s', n: 3 } }),
    'q',
  );
  expect(written(properties).length).toBeLessThan(FRAME_BYTES);
  expect(properties).toMatchObject({ messageId: 'id-1', headers: { signature: 'v1,k,s', n: 3, 'left-out': 'odd' } });
});

test('what can be written is left as it is', () => {
  const headers = {
    text: 'é',
    whole: 2 ** 40,
    fraction: 0.5,
    nothing: null,
    yes: true,
    bytes: Buffer.from('b'),
    list: [1, 'a', { deep: [null] }],
    price: { '!': 'decimal', value: { places: 2, digits: 1_250 } },
    at: { '!': 'timestamp', value: 1_764_410_400 },
  };
  const properties = { messageId: 'id-1', timestamp: 1_764_410_400, headers };
  expect(carriable(properties)).toEqual(properties);
  expect(() => written(properties)).not.toThrow();
});

test('of headers that are too large together the reason of a dead letter stays', () => {
  const big = { original: 'x'.repeat(50_000), signature: 'y'.repeat(50_000), 'first-failed-at': 'z'.repeat(50_000) };
  const message = aMessage({ headers: big }, '{}', { exchange: '' });
  const { headers = {} } = copies['dead letter'](message).properties;
  expect(JSON.parse(headers.failure)).toMatchObject({ queue: 'orders' });
  expect(headers).toMatchObject({
    attempt: 1,
    'last-error': expect.any(String),
    'original-routing-key': 'order.created.v1',
  });
});

test('a key that grew when it was read is cut: nobody is bound to it', () => {
  expect(carriableKey('order.created.v1')).toBe('order.created.v1');
  expect(Buffer.byteLength(carriableKey(grown))).toBeLessThanOrEqual(255);
  expect(Buffer.byteLength(carriableKey('\u{1f4a5}'.repeat(100)))).toBeLessThanOrEqual(255);
});

const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('!', '__proto__', 'signature', 'original', 'CC'),
);
const value = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withTypedArray: true }),
  fc.double(),
  fc.maxSafeInteger().map((whole) => whole * 4_096),
  fc.string({ unit: 'binary', maxLength: 100 }).map((text) => text.repeat(700)),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.record({ '!': fc.constantFrom('timestamp', 'decimal', 'int8', 'string', 'x'), value: fc.anything() }),
);
const label = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.double(), fc.constant(undefined));
const message = fc
  .record({
    properties: fc.record({
      messageId: label,
      type: label,
      contentType: label,
      correlationId: label,
      appId: label,
      timestamp: fc.oneof(
        fc.double(),
        fc.maxSafeInteger().map((whole) => whole * 4_096),
      ),
      headers: fc.dictionary(name, value, { maxKeys: 8 }),
    }),
    routingKey: fc.string({ unit: 'binary', maxLength: 255 }),
    exchange: fc.constantFrom('', 'order_events'),
    body: fc.string({ maxLength: 50 }),
  })
  .map(({ properties, routingKey, exchange, body }) => aMessage(properties as never, body, { routingKey, exchange }));

test.each(everyCopy)('whatever comes, a %s of it can be written', (_name, copyOf) => {
  fc.assert(
    fc.property(message, (any) => {
      expect(written(copyOf(any).properties).length).toBeLessThan(FRAME_BYTES);
    }),
    { numRuns: 300 },
  );
});
