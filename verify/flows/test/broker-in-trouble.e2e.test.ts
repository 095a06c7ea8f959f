import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  type CloudEvent,
  orderCancelled,
  orderCreated,
  orderStatusChanged,
  parseKeys,
  productChanged,
} from '@order-events/contracts';
import { createMessaging, type Delivery, on, onEvery } from '@order-events/messaging';
import { applyTopology } from '@order-events/messaging/operate';
import { createHealth, createLogger, createMetrics } from '@order-events/runtime';
import { createDocuments, createRelay, decide, openStore } from '@order-events/store';
import { anEvent, eventually, managementOf, signed, testKeys } from '@order-events/testing';
import { type Broker, type BrokerFaults, findBroker } from '@order-events/tools/broker';

/** What a broker that is everybody's must not suffer: this one is ours alone. */
let broker: Broker;
let faults: BrokerFaults;
let amqpUrl: string;
let vhost: string;
const ends: (() => Promise<unknown>)[] = [];
const keys = parseKeys(testKeys());
const log = createLogger({ service: 'trouble', level: 'error' });
const management = () => managementOf(new URL(broker.managementUrl ?? ''));

beforeAll(async () => {
  const { RABBITMQ_URL: _others, ...env } = process.env;
  broker = await findBroker({ purpose: 'test', say: () => undefined, env });
  if (!broker.faults) throw new Error('these tests kill their broker, and for that need an installed rabbitmq-server');
  faults = broker.faults;
}, 120_000);
afterAll(() => broker?.stop());

beforeEach(async () => {
  vhost = `trouble-${randomUUID()}`;
  await management().put(`/vhosts/${vhost}`);
  await management().put(`/permissions/${vhost}/guest`, { configure: '.*', write: '.*', read: '.*' });
  const url = new URL(broker.amqpUrl);
  url.pathname = `/${vhost}`;
  amqpUrl = url.href;
});
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
  await management().delete(`/vhosts/${vhost}`);
});

type Handle = (event: CloudEvent, delivery: Delivery) => Promise<unknown>;

const handlersOf = (service: 'inventory' | 'audit', handle: Handle) =>
  service === 'audit'
    ? [onEvery(handle)]
    : [orderCreated, orderStatusChanged, orderCancelled].map((contract) => on(contract, handle));

async function aService(service: 'inventory' | 'audit', handle?: Handle) {
  const health = createHealth();
  const messaging = createMessaging({ url: amqpUrl, service, keys, log, metrics: createMetrics(service), health });
  const consumer = handle && messaging.subscribe(service, handlersOf(service, handle));
  ends.push(messaging.stop);
  await messaging.start();
  return { messaging, health, consumer };
}

test('zombie consumer: a message held longer than the broker waits for its ack costs the channel, not the consumer: it comes again, and is handled', async () => {
  const waitForAck = (ms: number, tickMs: number) =>
    faults.control(
      'eval',
      `[application:set_env(rabbit, K, V) || {K, V} <- [{consumer_timeout, ${ms}}, {channel_tick_interval, ${tickMs}}]].`,
    );
  await waitForAck(1_500, 500);
  ends.push(() => waitForAck(1_800_000, 60_000));
  const heard: { id: string; redelivered: boolean }[] = [];
  const { messaging, consumer, health } = await aService('inventory', async ({ id }, { redelivered }) => {
    heard.push({ id, redelivered });
    if (!redelivered && heard.length === 1) await new Promise((resolve) => ends.push(async () => resolve(undefined)));
  });
  const [slow, next] = [anEvent('order.created.v1'), anEvent('order.created.v1')];
  await messaging.publisher.publish(signed(slow));
  await eventually(() => expect(heard).toHaveLength(1));
  await messaging.publisher.publish(signed(next));
  await eventually(() => expect(heard).toContainEqual({ id: slow.id, redelivered: true }), { timeoutMs: 20_000 });
  await eventually(() => expect(heard.map(({ id }) => id)).toContain(next.id));
  await eventually(() => expect(consumer?.status().live).toBe(true));
  expect((await health.report()).status).toBe('ready');
}, 60_000);

test('memory growth: a broker that blocks whoever publishes stops no consumer, which has a connection of its own: what is said waits, and then gets through once', async () => {
  const heard: string[] = [];
  const gate = Promise.withResolvers<void>();
  const { messaging, health, consumer } = await aService('inventory', async ({ id }) => {
    await gate.promise;
    heard.push(id);
  });
  const before = Array.from({ length: 50 }, () => anEvent('order.created.v1'));
  await Promise.all(before.map((event) => messaging.publisher.publish(signed(event))));

  await faults.control('set_vm_memory_high_watermark', 'absolute', '1');
  const waiting = anEvent('order.created.v1');
  let confirmed = false;
  const published = messaging.publisher.publish(signed(waiting)).then(() => {
    confirmed = true;
  });
  await eventually(async () =>
    expect(await health.report()).toMatchObject({
      status: 'ready',
      checks: { publisher: { ok: true, detail: expect.stringContaining('blocked by the broker') } },
    }),
  );
  gate.resolve();
  await eventually(() => expect(new Set(heard)).toEqual(new Set(before.map(({ id }) => id))));
  await eventually(async () => expect([await consumer?.depth(), consumer?.status().inFlight]).toEqual([0, 0]));
  expect([confirmed, messaging.publisher.pending]).toEqual([false, 1]);

  await faults.control('set_vm_memory_high_watermark', '0.4');
  await published;
  await eventually(() => expect(heard.filter((id) => id === waiting.id)).toHaveLength(1));
  expect(heard).toHaveLength(before.length + 1);
}, 60_000);

test('published around a reconnect: a broker killed the moment its queues were made has all that anything is said to', async () => {
  await aService('inventory');
  await faults.kill();
  await faults.restart();
  const spokenTo = `[Q || Q <- rabbit_amqqueue:list(), element(4, amqqueue:get_name(Q)) =/= <<"order_events.unrouted">>]`;
  await faults.control(
    'eval',
    `true = length(${spokenTo}) > 30, [{ok, _, _} = ra:members(amqqueue:get_pid(Q), 5000) || Q <- ${spokenTo}].`,
  );
}, 60_000);

test('406 after a change: the broker is killed just after apply moved the messages of a queue: the next run finishes, and all are there', async () => {
  const { messaging } = await aService('inventory');
  await management().delete(`/queues/${vhost}/inventory`);
  await management().put(`/queues/${vhost}/inventory`, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await management().post(`/bindings/${vhost}/e/order_events/q/inventory`, { routing_key: 'order.created.v1' });
  const waiting = Array.from({ length: 20 }, () => anEvent('order.created.v1'));
  await Promise.all(waiting.map((event) => messaging.publisher.publish(signed(event))));

  const apply = () =>
    applyTopology({
      url: amqpUrl,
      managementUrl: broker.managementUrl ?? '',
      say: () => undefined,
      log,
      settleMs: 200,
    });
  const moved = Promise.withResolvers<void>();
  const onSent = () => setTimeout(moved.resolve, 100);
  subscribe('order-events:publish.sent', onSent);
  const cutOff = apply().catch((error: Error) => error);
  await moved.promise;
  unsubscribe('order-events:publish.sent', onSent);
  await faults.kill();
  expect(await cutOff).toBeInstanceOf(Error);
  await faults.restart();
  await eventually(async () => expect(await apply()).toEqual([]), { timeoutMs: 30_000 });

  const heard = new Set<string>();
  await aService('inventory', async ({ id }) => heard.add(id));
  await eventually(() => expect(heard).toEqual(new Set(waiting.map(({ id }) => id))));
}, 90_000);

interface Thing {
  readonly said: number;
}

test('outbox stuck or out of order: two relays on one store, and the broker killed in the middle of a batch: every event is there, first ones in their order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'two-relays-'));
  ends.push(() => rm(folder, { recursive: true }));
  const instances = await Promise.all([1, 2].map(() => anInstance(`sqlite:${join(folder, 'things.db')}`)));
  const [documents, each] = [100, 5];
  const say = async (at: number) => {
    const id = `thing-${at}`;
    for (let said = 1; said <= each; said++) await instances[(at + said) % 2]?.say(id, said);
  };
  const all = Promise.all(Array.from({ length: documents }, (_, at) => say(at)));
  await eventually(() => expect(instances.some(({ confirmed }) => confirmed() > 50)).toBe(true));
  await faults.kill();
  await all;
  expect(instances.reduce((waiting, { relay }) => waiting + relay.pending(), 0)).toBeGreaterThan(0);
  await faults.restart();
  for (const { relay } of instances) await relay.idle();
  for (const { relay } of instances) expect(await relay.oldestAt()).toBeUndefined();

  const firsts = new Map<string, Set<number>>();
  await aService('audit', async ({ subject, sequence }) => {
    firsts.set(subject, (firsts.get(subject) ?? new Set()).add(Number(sequence)));
  });
  const inOrder = Array.from({ length: each }, (_, at) => at + 1);
  // A consumer that the broker forgot when it was killed subscribes anew after 30 s.
  await eventually(
    () => {
      expect(firsts.size).toBe(documents);
      for (const sequences of firsts.values()) expect([...sequences]).toEqual(inOrder);
    },
    { timeoutMs: 60_000 },
  );
}, 180_000);

async function anInstance(url: string) {
  const { messaging } = await aService('inventory');
  const store = await openStore(url);
  let confirmed = 0;
  const publish = async (entry: { body: string; signature: string }) => {
    await messaging.publisher.publish(entry);
    confirmed++;
  };
  const relay = createRelay({ publish, log });
  const collection = await store.collection<Thing>('things');
  relay.watch(collection);
  const things = createDocuments(collection, { source: '/services/inventory', keys, relay, keepsSeen: false });
  relay.start();
  ends.unshift(async () => {
    await relay.stop();
    await store.close();
  });
  const { product } = productChanged.example;
  const say = (id: string, price: number) =>
    things.change(
      id,
      (thing) => decide({ said: (thing?.said ?? 0) + 1 }, productChanged({ product: { ...product, id, price } })),
      { correlationId: randomUUID(), triggeredBy: 'system' },
    );
  return { relay, say, confirmed: () => confirmed };
}
