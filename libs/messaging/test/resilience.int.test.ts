import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ServiceError } from '@order-events/runtime';
import { anEvent, eventually, signed } from '@order-events/testing';
import { topology } from '../src/index.ts';
import { aBus, aGate, type Bus, handlersOf } from './a-bus.ts';

let bus: Bus;

beforeEach(async () => {
  bus = await aBus();
});

afterEach(() => bus.close());

const entries = (count: number) => Array.from({ length: count }, () => anEvent('order.created.v1'));

const declareAgain = (name: string) => {
  const described = topology().queues.find((queue) => queue.name === name);
  return bus.channel.assertQueue(name, { durable: true, arguments: described?.arguments });
};

test('published around a reconnect: connections that die under load lose no event and no ack', async () => {
  const { messaging } = bus.service();
  const handled = new Map<string, number>();
  const handlers = handlersOf('inventory', async ({ id }) => void handled.set(id, (handled.get(id) ?? 0) + 1));
  messaging.subscribe('inventory', handlers);
  await messaging.start();

  const events = entries(3_000);
  // As the relay does it: what isn't confirmed is published again, with the same id.
  const publish = async (event: (typeof events)[number]): Promise<void> =>
    messaging.publisher.publish(signed(event)).catch(() => publish(event));
  const published = Promise.all(events.map(publish));
  await bus.kill('publish');
  await bus.kill('consume');
  await published;
  await eventually(() => expect(handled.size).toBe(events.length), { timeoutMs: 20_000 });
  await messaging.stop();
  expect(await bus.count('inventory')).toBe(0);
}, 60_000);

test('shutdown: a stop under load settles what it began and hands back the rest: nothing lost, nothing done twice', async () => {
  const events = entries(400);
  const handled: string[] = [];
  const run = async () => {
    const { messaging } = bus.service();
    const handlers = handlersOf('inventory', async ({ id }) => {
      await new Promise((resolve) => setImmediate(resolve));
      handled.push(id);
    });
    messaging.subscribe('inventory', handlers);
    await messaging.start();
    return messaging;
  };
  const first = await run();
  await Promise.all(events.map((event) => first.publisher.publish(signed(event))));
  await eventually(() => expect(handled.length).toBeGreaterThan(0));
  await first.stop();
  const byFirst = handled.length;
  await eventually(async () => expect(byFirst + (await bus.count('inventory'))).toBe(events.length));
  await run();
  await eventually(() => expect(handled.length).toBe(events.length));
  expect(new Set(handled).size).toBe(events.length);
});

test('shutdown: a stop waits for the handler that runs: its message is settled and goes to nobody else', async () => {
  const [begun, finish] = [aGate(), aGate()];
  const handled: string[] = [];
  const instance = async (name: string, handle: () => Promise<unknown>) => {
    const { messaging, metric } = bus.service();
    messaging.subscribe(
      'inventory',
      handlersOf('inventory', async ({ id }) => {
        await handle();
        handled.push(`${name} ${id}`);
      }),
    );
    await messaging.start();
    return { messaging, metric };
  };
  const [first, second] = [anEvent('order.created.v1'), anEvent('order.created.v1')];
  const old = await instance('old', async () => {
    begun.open();
    await finish.opened;
  });
  await old.messaging.publisher.publish(signed(first));
  await begun.opened;
  const stopped = old.messaging.stop();

  const fresh = await instance('fresh', async () => undefined);
  await fresh.messaging.publisher.publish(signed(second));
  await eventually(() => expect(handled).toEqual([`fresh ${second.id}`]));
  finish.open();
  await stopped;
  expect(handled).toEqual([`fresh ${second.id}`, `old ${first.id}`]);
  expect(await old.metric('messages_handled_total')).toEqual({ done: 1 });
  await fresh.messaging.stop();
  expect(await bus.count('inventory')).toBe(0);
});

test('shutdown: after stopConsuming() nothing is consumed, and the publisher still publishes', async () => {
  const { messaging } = bus.service();
  const handled: string[] = [];
  messaging.subscribe(
    'inventory',
    handlersOf('inventory', async ({ id }) => void handled.push(id)),
  );
  await messaging.start();
  await messaging.publisher.publish(signed(anEvent('order.created.v1')));
  await eventually(() => expect(handled).toHaveLength(1));
  await messaging.stopConsuming();
  await messaging.publisher.publish(signed(anEvent('order.created.v1')));
  expect(await bus.count('inventory')).toBe(1);
  expect(handled).toHaveLength(1);
  await messaging.stop();
});

test('acked before it was safe: a handler that ends after its channel was lost settles nothing: the message is with someone else', async () => {
  const { messaging, metric } = bus.service();
  const finish = aGate();
  const redelivered: boolean[] = [];
  const handlers = handlersOf('inventory', async (_event, delivery) => {
    redelivered.push(delivery.redelivered);
    if (delivery.redelivered) return;
    await finish.opened;
    throw new Error('too late');
  });
  const consumer = messaging.subscribe('inventory', handlers);
  await messaging.start();
  await messaging.publisher.publish(signed(anEvent('order.created.v1')));
  await eventually(() => expect(redelivered).toEqual([false]));
  await bus.kill('orders consume');
  await eventually(() => expect(redelivered).toEqual([false, true]));
  finish.open();
  await eventually(() => expect(consumer.status()).toMatchObject({ live: true, inFlight: 0 }));
  expect(await metric('messages_handled_total')).toEqual({ done: 1, returned: 1 });
  expect(await metric('messages_copied_total')).toEqual({});
});

test('unconfirmed second hop: a message whose tier is missing stays where it is until its copy can be made', async () => {
  const { messaging, log } = bus.service();
  const attempts: number[] = [];
  const handlers = handlersOf('inventory', async (_event, { attempt }) => {
    attempts.push(attempt);
    if (attempt === 1) throw new ServiceError('unavailable', 'down', 'not now');
  });
  const consumer = messaging.subscribe('inventory', handlers);
  await messaging.start();
  await bus.channel.deleteQueue('inventory.retry.1000');

  await messaging.publisher.publish(signed(anEvent('order.created.v1')));
  await eventually(() =>
    expect(log.lines.filter(({ phrase }) => phrase.startsWith('message held')).length).toBeGreaterThan(1),
  );
  expect(consumer.status()).toMatchObject({ live: true, inFlight: 1 });
  expect(attempts).toEqual([1]);

  await declareAgain('inventory.retry.1000');
  await bus.channel.bindQueue('inventory.retry.1000', 'order_events.dlx', 'inventory.retry.1000');
  await eventually(() => expect(attempts).toEqual([1, 2]));
});

test('unconfirmed second hop: a dead letter whose queue is missing stays where it is until its copy can be made', async () => {
  const { messaging, log } = bus.service();
  const handlers = handlersOf('inventory', () => Promise.reject(new ServiceError('conflict', 'closed', 'too late')));
  const consumer = messaging.subscribe('inventory', handlers);
  await messaging.start();
  await bus.channel.deleteQueue('inventory.dlq');
  const event = anEvent('order.created.v1');
  await messaging.publisher.publish(signed(event));
  await eventually(() =>
    expect(log.lines.filter(({ phrase }) => phrase.startsWith('message held')).length).toBeGreaterThan(1),
  );
  expect(consumer.status()).toMatchObject({ live: true, inFlight: 1 });

  await declareAgain('inventory.dlq');
  await bus.channel.bindQueue('inventory.dlq', 'order_events.dlx', 'inventory.dlq');
  expect((await bus.take('inventory.dlq', 1)).map(({ properties }) => properties.messageId)).toEqual([event.id]);
  await eventually(() => expect(consumer.status().inFlight).toBe(0));
});

test('a stop hands back a message whose copy could not be made', async () => {
  const { messaging, log } = bus.service();
  const handlers = handlersOf('inventory', () => Promise.reject(new Error('fails')));
  messaging.subscribe('inventory', handlers);
  await messaging.start();
  await bus.channel.deleteQueue('inventory.retry.1000');
  await messaging.publisher.publish(signed(anEvent('order.created.v1')));
  await eventually(() => expect(log.lines.some(({ phrase }) => phrase.startsWith('message held'))).toBe(true));
  await messaging.stop();
  await eventually(async () => expect(await bus.count('inventory')).toBe(1));
});

test('two instances share one queue, and each is live by itself', async () => {
  const handledBy = [0, 0];
  const instances = handledBy.map((_, instance) => {
    const { messaging } = bus.service();
    const consumer = messaging.subscribe(
      'inventory',
      handlersOf('inventory', async () => {
        handledBy[instance] = (handledBy[instance] ?? 0) + 1;
        await new Promise((resolve) => setImmediate(resolve));
      }),
      { prefetch: 5 },
    );
    return { messaging, consumer };
  });
  await Promise.all(instances.map(({ messaging }) => messaging.start()));
  const events = entries(500);
  await Promise.all(events.map((event) => instances[0]?.messaging.publisher.publish(signed(event))));
  await eventually(() => expect((handledBy[0] ?? 0) + (handledBy[1] ?? 0)).toBe(events.length));
  expect(Math.min(...handledBy)).toBeGreaterThan(0);
  expect(await instances[0]?.consumer.depth()).toBe(0);
});
