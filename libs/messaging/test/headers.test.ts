import { expect, test } from '@jest/globals';
import { deadLetterOf } from '../src/dead-letters/dead-letter.ts';
import { copyProperties, readDelivery, returnsOf } from '../src/headers.ts';
import { aMessage, fromTier } from './a-message.ts';

const read = (headers: Record<string, unknown>) => readDelivery('orders', aMessage({ headers }));
const readCopy = (headers: Record<string, unknown>) => readDelivery('orders', aMessage({ headers }, '{}', fromTier));

test('a message without our headers is on its first attempt, under the key it came with', () => {
  expect(read({}).delivery).toMatchObject({
    attempt: 1,
    replay: 0,
    routingKey: 'order.created.v1',
    redelivered: false,
  });
});

test.each([0, -1, 1.5, '3', null, true, {}, Number.NaN, 2 ** 60])(
  'a broken attempt (%p) counts as the first',
  (attempt) => {
    expect(readCopy({ attempt }).delivery.attempt).toBe(1);
  },
);

test('on its way back from a tier it keeps attempt, replay, first failure and its first key', () => {
  const headers = {
    attempt: 3,
    replay: 2,
    'first-failed-at': '2026-11-24T10:00:00Z',
    'original-routing-key': 'a.b.v1',
  };
  expect(readCopy(headers).delivery).toMatchObject({
    attempt: 3,
    replay: 2,
    firstFailedAt: '2026-11-24T10:00:00Z',
    routingKey: 'a.b.v1',
  });
});

test('what a producer writes about attempts, replays or keys changes nothing: only copies are believed', () => {
  const forged = {
    attempt: 99,
    replay: 7,
    'first-failed-at': '2020-01-01T00:00:00Z',
    'original-routing-key': 'a.b.v1',
  };
  expect(read(forged)).toMatchObject({ delivery: read({}).delivery });
});

test('a copy carries body labels and evidence, and nothing the broker would act upon', () => {
  const headers = {
    signature: 'v1,k,s',
    traceparent: '00-a-b-01',
    CC: ['payments'],
    BCC: ['payments'],
    'x-first-death-queue': 'orders',
    'x-delivery-count': 4,
    stranger: 'x',
  };
  const message = aMessage({
    headers,
    expiration: '1',
    userId: 'eve',
    replyTo: 'eve',
    messageId: 'id-1',
    type: 'a.b.v1',
  });
  const properties = copyProperties(readDelivery('orders', message), { attempt: 2 });
  expect(properties).toEqual({
    messageId: 'id-1',
    type: 'a.b.v1',
    headers: {
      signature: 'v1,k,s',
      traceparent: '00-a-b-01',
      attempt: 2,
      replay: 0,
      'original-routing-key': 'order.created.v1',
    },
  });
});

test('headers of any size leave room for a copy', () => {
  const headers = { signature: 's'.repeat(60_000), traceparent: '00-a-b-01' };
  const { headers: copied } = copyProperties(readDelivery('orders', aMessage({ headers })), {});
  expect(copied).toMatchObject({ traceparent: '00-a-b-01' });
  expect(copied).not.toHaveProperty('signature');
});

test('how often it was returned is read from the broker’s own count', () => {
  const again = (headers: object) => readDelivery('orders', aMessage({ headers }, '{}', { redelivered: true }));
  expect(returnsOf(again({ 'x-delivery-count': 3 }))).toBe(3);
  expect(returnsOf(again({}))).toBe(0);
  expect(returnsOf(read({ 'x-delivery-count': 3 }))).toBe(0);
});

test.each(['', 'k'.repeat(255)])(
  'a letter without a type that came under an unusable key (%#) has one that names its group',
  (key) => {
    const message = aMessage({ headers: { 'original-routing-key': key } }, '{}', {
      exchange: '',
      routingKey: 'orders.dlq',
    });
    expect(
      deadLetterOf(readDelivery('orders', { ...message, properties: { ...message.properties, type: undefined } })),
    ).toMatchObject({
      type: 'unknown',
    });
  },
);
