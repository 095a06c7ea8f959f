import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createBreaker, createMetrics, ServiceError } from '@order-events/runtime';
import { anEvent, eventually, signed } from '@order-events/testing';
import { type Consumer, PauseError } from '../src/index.ts';
import { aBus, type Bus, handlersOf, type Service } from './a-bus.ts';

let bus: Bus;
let service: Service;
let consumer: Consumer;
let handle: (attempt: number) => Promise<unknown>;

beforeAll(async () => {
  bus = await aBus();
  service = bus.service('inventory');
  const handlers = handlersOf('inventory', (_event, { attempt }) => handle(attempt));
  consumer = service.messaging.subscribe('inventory', handlers);
  await service.messaging.start();
});

afterAll(() => bus.close());

beforeEach(() => {
  attempts.clear();
});

const attempts = new Set<number>();
const say = (count: number) =>
  Promise.all(
    Array.from({ length: count }, () => service.messaging.publisher.publish(signed(anEvent('order.created.v1')))),
  );

test('while the breaker is open the messages wait without losing attempts; when it closes all are handled', async () => {
  let down = true;
  let [calls, handled] = [0, 0];
  const call = async () => {
    calls++;
    if (down) throw new ServiceError('unavailable', 'refused', 'connection refused');
  };
  const metrics = createMetrics('test');
  const log = { ...service.log, child: () => log };
  const breaker = createBreaker({ name: 'warehouse', call, timeoutMs: 1_000, retryAfterMs: 200, metrics, log });
  handle = async (attempt) => {
    attempts.add(attempt);
    await breaker.fire();
    handled++;
  };

  await say(60);
  await eventually(() => expect(consumer.status()).toMatchObject({ live: false, paused: expect.any(String) }));
  expect(await service.health.report()).toMatchObject({
    status: 'ready',
    checks: { consumers: { ok: true, detail: expect.stringContaining('inventory paused') } },
  });
  // Several probes, by one message each.
  const callsSoFar = calls;
  await eventually(() => expect(calls).toBeGreaterThanOrEqual(callsSoFar + 2));
  expect(calls - callsSoFar).toBeLessThan(10);

  down = false;
  await eventually(() => expect(handled).toBe(60));
  await eventually(() => expect(consumer.status()).toMatchObject({ live: true, inFlight: 0 }));
  expect(consumer.status().paused).toBeUndefined();
  // The failures that came before the breaker knew are attempts; those after are none.
  expect(Math.max(...attempts)).toBeLessThanOrEqual(2);
  expect(await bus.count('inventory.dlq')).toBe(0);
  // However many probes it took: told once when it began, and once when it was over.
  const told = service.log.lines.map(({ phrase }) => phrase).filter((phrase) => phrase.startsWith('consumer'));
  expect(told).toEqual(['consumer is live', 'consumer paused', 'consumer is live']);
  breaker.stop();
});

test('a paused consumer survives the loss of its connection', async () => {
  let [down, handled] = [true, 0];
  handle = async () => {
    if (down) throw new PauseError('the store is down');
    handled++;
  };
  await say(3);
  await eventually(() => expect(consumer.status()).toMatchObject({ paused: 'the store is down', inFlight: 1 }));
  await bus.kill('inventory consume');
  await eventually(() => expect(service.log.lines.map(({ phrase }) => phrase)).toContain('broker connection is back'));
  down = false;
  await eventually(() => expect(handled).toBeGreaterThanOrEqual(3));
  // The kill may have cost an ack whose copy was made: then that one comes twice.
  await eventually(async () => {
    expect(await Promise.all(['inventory', 'inventory.retry.1000'].map(bus.count))).toEqual([0, 0]);
    expect(consumer.status()).toMatchObject({ live: true, inFlight: 0 });
  });
});

test('a stop while paused leaves every message with the broker', async () => {
  handle = async () => {
    throw new PauseError('the store is down');
  };
  await say(5);
  await eventually(() => expect(consumer.status().paused).toBeDefined());
  await service.messaging.stop();
  await eventually(async () => expect(await bus.count('inventory')).toBe(5));
});
