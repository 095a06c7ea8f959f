import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { consumerOf } from '@order-events/contracts';
import { ServiceError } from '@order-events/runtime';
import { anEvent, eventually, signed } from '@order-events/testing';
import { createDeadLetters, type Delivery } from '../src/index.ts';
import { aBus, aLog, type Bus, handlersOf } from './a-bus.ts';

const queue = 'email';
const { attempts } = consumerOf(queue);
const type = 'order.cancelled.v1';
let bus: Bus;
const heard: { id: string; attempt: number; replay: number; instance: number }[] = [];
let handle: (delivery: Delivery) => void = () => undefined;

beforeAll(async () => {
  bus = await aBus();
  for (const instance of [1, 2]) {
    const { messaging } = bus.service('email');
    const handlers = handlersOf(queue, async ({ id }, delivery) => {
      const { attempt, replay } = delivery;
      heard.push({ id, attempt, replay, instance });
      handle(delivery);
    });
    messaging.subscribe(queue, handlers);
    await messaging.start();
  }
});
afterAll(() => bus.close());

beforeEach(() => {
  heard.length = 0;
  handle = () => undefined;
});

function publish(headers: Record<string, unknown>, exchange = 'order_events', key = type): string {
  const event = anEvent(type);
  const { body, signature } = signed(event);
  const labels = { messageId: event.id, type, headers: { signature, ...headers } };
  bus.channel.publish(exchange, key, Buffer.from(body), labels);
  return event.id;
}

const failing = () => {
  throw new ServiceError('unavailable', 'never', 'it never works');
};

describe('retry storm: retries', () => {
  test('of fifty messages that always fail, at two instances, are as many as the schedule says, and end', async () => {
    handle = failing;
    const ids = Array.from({ length: 50 }, () => publish({}));
    const letters = await bus.take(`${queue}.dlq`, ids.length);
    expect(new Set(letters.map(({ properties }) => properties.messageId))).toEqual(new Set(ids));
    expect(heard).toHaveLength(attempts * ids.length);
    for (const id of ids)
      expect(heard.filter((each) => each.id === id).map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(heard.map(({ instance }) => instance))).toEqual(new Set([1, 2]));
    expect(await Promise.all([queue, `${queue}.retry.2000`, `${queue}.retry.4000`].map(bus.count))).toEqual([0, 0, 0]);
  }, 40_000);
});

describe('broken counters: those', () => {
  test('that a producer forges, x-death, x-delivery-count or our own, change nothing: all attempts are there', async () => {
    handle = failing;
    const death = { count: 99, queue, reason: 'rejected', exchange: 'order_events', 'routing-keys': [type] };
    const id = publish({
      'x-death': [death],
      'x-first-death-queue': queue,
      'x-first-death-reason': 'rejected',
      'x-delivery-count': 99,
      attempt: 99,
      replay: 7,
      'first-failed-at': '2020-01-01T00:00:00Z',
      'original-routing-key': 'order.created.v1',
    });
    const [letter] = await bus.take(`${queue}.dlq`, 1);
    expect(heard.map(({ attempt, replay }) => [attempt, replay])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
    expect(letter?.properties).toMatchObject({ messageId: id, headers: { attempt: 3, 'original-routing-key': type } });
    expect(letter?.properties.headers?.['first-failed-at']).not.toContain('2020');
  }, 30_000);

  test('of the broker start anew in each queue: a copy carries none of them', async () => {
    let failures = 0;
    handle = ({ attempt }) => attempt === 1 && failures++ === 0 && failing();
    const id = publish({ 'x-delivery-count': 99 });
    await eventually(() => expect(heard.map(({ attempt }) => attempt)).toEqual([1, 2]));
    expect(heard.every((each) => each.id === id)).toBe(true);
  });
});

describe('deleted behind your back: the broker', () => {
  test('deletes nothing that came back too often: after its limit of returns it lies in the dead letters, and can be sent again', async () => {
    const idle = 'orders';
    const event = anEvent('payment.captured.v1');
    const { body, signature } = signed(event);
    const labels = { messageId: event.id, type: event.type, headers: { signature } };
    bus.channel.publish('order_events', event.type, Buffer.from(body), labels);
    await eventually(async () => expect(await bus.count(idle)).toBe(1));
    let returns = 0;
    for (let message = await bus.channel.get(idle); message; message = await bus.channel.get(idle)) {
      bus.channel.reject(message, true);
      returns++;
    }
    expect(returns).toBe(101);

    const letters = createDeadLetters({ url: bus.broker.amqpUrl, service: 'audit', log: aLog() });
    await letters.start();
    await eventually(async () => expect(await letters.count(idle)).toBe(1));
    await letters.hold(
      idle,
      ({ id, failure }) => id === event.id && failure === undefined,
      async ([letter]) => letter?.sendAgain(),
    );
    await letters.stop();
    const [again] = await bus.take(idle, 1);
    expect(again?.content.toString()).toBe(body);
    expect(again?.properties.headers).toMatchObject({ attempt: 1, replay: 1, 'original-routing-key': event.type });
  });
});
