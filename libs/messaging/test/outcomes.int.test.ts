import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { currentTrace, ServiceError } from '@order-events/runtime';
import { anEvent, eventually, signed } from '@order-events/testing';
import { type Delivery, EarlyError } from '../src/index.ts';
import { aBus, type Bus, handlersOf, type Service } from './a-bus.ts';

/** What the handlers of both queues saw, and what they do about an event with this id. */
const seen: { id: string; delivery: Delivery; at: number }[] = [];
const behaviours = new Map<string, (delivery: Delivery) => void>();
const seenOf = (id: string) => seen.filter((each) => each.id === id);

let bus: Bus;
let service: Service;

beforeAll(async () => {
  bus = await aBus();
  service = bus.service('email');
  for (const queue of ['email', 'inventory'] as const) {
    const handlers = handlersOf(queue, async ({ id }, delivery) => {
      seen.push({ id, delivery, at: Date.now() });
      behaviours.get(id)?.(delivery);
    });
    service.messaging.subscribe(queue, handlers);
  }
  await service.messaging.start();
});

afterAll(() => bus.close());

const toEmailAndInventory = 'order.cancelled.v1';
const toInventory = 'order.created.v1';

test('an event reaches everyone who hears it, once, with its exact bytes', async () => {
  const event = anEvent(toEmailAndInventory);
  const entry = signed(event);
  await service.messaging.publisher.publish(entry);
  await eventually(() =>
    expect(
      seenOf(event.id)
        .map(({ delivery }) => delivery.queue)
        .sort(),
    ).toEqual(['email', 'inventory']),
  );
  for (const { delivery } of seenOf(event.id)) {
    expect(delivery).toMatchObject({ attempt: 1, replay: 0, redelivered: false, routingKey: toEmailAndInventory });
    expect(delivery.body.toString()).toBe(entry.body);
    expect(delivery.signature).toBe(entry.signature);
  }
});

test('a failing mail is tried three times, 2 and 4 s apart, then waits in the dead letters with its reason', async () => {
  const event = anEvent(toEmailAndInventory);
  const entry = signed(event);
  behaviours.set(event.id, ({ queue }) => {
    if (queue === 'email') throw new ServiceError('unavailable', 'smtp-timeout', 'no answer for jane@example.com');
  });
  await service.messaging.publisher.publish(entry);
  const [letter] = await bus.take('email.dlq', 1);

  const tries = seenOf(event.id).filter(({ delivery }) => delivery.queue === 'email');
  expect(tries.map(({ delivery }) => delivery.attempt)).toEqual([1, 2, 3]);
  const [first = 0, second = 0, third = 0] = tries.map(({ at }) => at);
  expect(second - first).toBeGreaterThanOrEqual(1_990);
  expect(third - second).toBeGreaterThanOrEqual(3_990);
  expect(seenOf(event.id).filter(({ delivery }) => delivery.queue === 'inventory')).toHaveLength(1);

  expect(letter?.content.toString()).toBe(entry.body);
  expect(letter?.properties).toMatchObject({ messageId: event.id, type: event.type, deliveryMode: 2 });
  const headers = letter?.properties.headers ?? {};
  expect(headers).toMatchObject({
    attempt: 3,
    replay: 0,
    signature: entry.signature,
    'original-routing-key': event.type,
  });
  expect(headers['last-error']).toContain('ServiceError');
  expect(JSON.parse(headers.failure)).toMatchObject({
    error: { name: 'ServiceError', code: 'smtp-timeout' },
    attempts: 3,
    service: 'email',
    queue: 'email',
  });
  expect(headers.failure).not.toContain('jane');
  expect(tries[1]?.delivery.firstFailedAt).toBe(headers['first-failed-at']);
}, 30_000);

test('what can never be right is a dead letter at once', async () => {
  const event = anEvent(toInventory);
  behaviours.set(event.id, () => {
    throw new ServiceError('conflict', 'order-closed', 'the order is closed');
  });
  await service.messaging.publisher.publish(signed(event));
  const [letter] = await bus.take('inventory.dlq', 1);
  expect(letter?.properties.messageId).toBe(event.id);
  expect(seenOf(event.id)).toHaveLength(1);
});

test('every try of an event, and what it calls, belong to the trace of the request that caused it', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const event = anEvent(toInventory, { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  const traces: (string | undefined)[] = [];
  behaviours.set(event.id, ({ attempt }) => {
    traces.push(currentTrace()?.traceId);
    if (attempt === 1) throw new Error('once');
  });
  await service.messaging.publisher.publish(signed(event));
  await eventually(() => expect(traces).toEqual([traceId, traceId]));
});

test('an early one waits in the first tier without losing an attempt', async () => {
  const event = anEvent(toInventory);
  behaviours.set(event.id, ({ firstFailedAt }) => {
    if (!firstFailedAt) throw new EarlyError('its predecessor is missing');
  });
  await service.messaging.publisher.publish(signed(event));
  await eventually(() => expect(seenOf(event.id).map(({ delivery }) => delivery.attempt)).toEqual([1, 1]));
  const [first, second] = seenOf(event.id);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
});

test('a retry concerns only the queue that failed, and a broken attempt count costs nothing', async () => {
  const event = anEvent(toInventory);
  const { body, signature } = signed(event);
  const headers = { signature, attempt: 'many' };
  const labels = { messageId: event.id, type: event.type, headers };
  bus.channel.publish('order_events', event.type, Buffer.from(body), labels);
  await eventually(() => expect(seenOf(event.id).map(({ delivery }) => delivery.attempt)).toEqual([1]));
});

test('the same event twice reaches the handler twice under one id: forgetting it is the document’s work', async () => {
  const event = anEvent(toInventory);
  await Promise.all([1, 2].map(() => service.messaging.publisher.publish(signed(event))));
  await eventually(() => expect(seenOf(event.id)).toHaveLength(2));
});

test('what the handlers did is counted by outcome', async () => {
  const handled = await service.metric('messages_handled_total');
  expect(handled.done).toBeGreaterThan(0);
  expect(handled.dead).toBeGreaterThanOrEqual(1);
  expect(await service.metric('consumer_live')).toEqual({ email: 1, inventory: 1 });
  expect(await service.metric('publisher_pending')).toMatchObject({ undefined: 0 });
});
