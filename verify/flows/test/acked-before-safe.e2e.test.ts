import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CloudEvent, orderCancelled, orderCreated, orderStatusChanged, parseKeys } from '@order-events/contracts';
import { createMessaging, type Delivery, on } from '@order-events/messaging';
import { holdStore } from '@order-events/prove/rig';
import { createHealth, createLogger, createMetrics } from '@order-events/runtime';
import { createDocuments, createRelay, decide, openStore, type Store } from '@order-events/store';
import { anOrder, eventually, type Surroundings, startSurroundings, testKeys } from '@order-events/testing';

let around: Surroundings;
let folder: string;
let url: string;
let store: Store;

beforeAll(async () => {
  around = await startSurroundings('inventory');
  folder = await mkdtemp(join(tmpdir(), 'held-store-'));
  url = `sqlite:${join(folder, 'things.db')}`;
  store = await openStore(url);
});
afterAll(async () => {
  await store.close();
  await around.stop();
  await rm(folder, { recursive: true });
});

test('acked before it was safe: while the store can’t write, nothing is acknowledged: messages stay with the broker, no attempt is used, and all take effect once it can', async () => {
  const collection = await store.collection<{ heard: number }>('things');
  const log = createLogger({ service: 'inventory', level: 'error' });
  const relay = createRelay({ publish: async () => undefined, log });
  const keys = parseKeys(testKeys());
  const things = createDocuments(collection, { source: '/services/inventory', keys, relay, keepsSeen: true });
  const attempts: number[] = [];
  const handle = async (event: CloudEvent, { attempt }: Delivery) => {
    attempts.push(attempt);
    const cause = { eventId: event.id, correlationId: event.correlationid, triggeredBy: 'system' as const };
    await things.change(event.subject, (thing) => decide({ heard: (thing?.heard ?? 0) + 1 }), cause);
  };
  const [health, metrics] = [createHealth(), createMetrics('inventory')];
  const messaging = createMessaging({
    url: around.env.RABBITMQ_URL ?? '',
    service: 'inventory',
    keys,
    log,
    metrics,
    health,
  });
  const handlers = [on(orderCreated, handle), on(orderStatusChanged, handle), on(orderCancelled, handle)];
  const consumer = messaging.subscribe('inventory', handlers);
  await messaging.start();

  const settled = async () => {
    const { values } = (await metrics.registry.getSingleMetric('order_events_messages_handled_total')?.get()) ?? {
      values: [],
    };
    return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
  };
  const held = holdStore(url, 8_000);
  await eventually(async () => {
    // Held as soon as a write has to wait: this one would be done at once.
    const write = collection.insert({
      id: `probe-${Date.now()}`,
      rev: 1,
      version: 0,
      state: { heard: 0 },
      outbox: [],
      seen: [],
    });
    expect(
      await Promise.race([
        write.then(
          () => 'done',
          () => 'refused',
        ),
        new Promise((resolve) => setTimeout(resolve, 200, 'waits')),
      ]),
    ).toBe('waits');
  });
  const orders = Array.from({ length: 30 }, () => anOrder());
  for (const order of orders) await around.publish(orderCreated({ order }), { subject: order.id });
  await eventually(() => expect(consumer.status().paused).toBeDefined(), { timeoutMs: 15_000 });
  expect(await settled()).not.toHaveProperty('done');
  expect(await health.report()).toMatchObject({
    status: 'ready',
    checks: { consumers: { detail: expect.stringContaining('inventory paused') } },
  });

  await held;
  for (const { id } of orders)
    await eventually(async () => expect((await collection.get(id))?.state).toEqual({ heard: 1 }), {
      timeoutMs: 20_000,
    });
  await eventually(async () => expect((await settled()).done).toBe(orders.length));
  expect(new Set(attempts)).toEqual(new Set([1]));
  expect(await settled()).not.toHaveProperty('dead');
  await messaging.stop();
  await relay.stop();
}, 60_000);
