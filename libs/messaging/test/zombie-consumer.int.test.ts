import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { anEvent, eventually, signed } from '@order-events/testing';
import type { Channel, ChannelModel } from 'amqplib';
import { BrokerConnection, type Connection } from '../src/connection.ts';
import { QueueConsumer } from '../src/consumer/consumer.ts';
import { topology } from '../src/index.ts';
import { aBus, aGate, aLog, type Bus, handlersOf } from './a-bus.ts';

let bus: Bus;

beforeEach(async () => {
  bus = await aBus();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((stop) => stop()));
  await bus.close();
});
const started: (() => Promise<void>)[] = [];

async function declareAgain(queue: string): Promise<void> {
  const described = topology().queues.find(({ name }) => name === queue);
  await bus.channel.assertQueue(queue, { durable: true, arguments: described?.arguments });
  await bus.channel.bindQueue(queue, 'order_events', 'order.created.v1');
}

async function aService() {
  const { messaging, health, log } = bus.service('inventory');
  const seen: string[] = [];
  const handlers = handlersOf('inventory', async ({ id }) => void seen.push(id));
  const consumer = messaging.subscribe('inventory', handlers);
  await messaging.start();
  expect((await health.report()).status).toBe('ready');
  const handlesAgain = async () => {
    const event = anEvent('order.created.v1');
    await messaging.publisher.publish(signed(event));
    await eventually(() => expect(seen).toContain(event.id));
    expect((await health.report()).status).toBe('ready');
  };
  return { consumer, health, log, handlesAgain };
}

/** A consumer of its own whose channels the test can reach, as a fault inside the process would. */
async function aConsumer(
  watchMs?: number,
  { clock = () => new Date(), onChannel = (_: Channel): void => undefined } = {},
) {
  const [log, random] = [aLog(), () => 0];
  const seen: string[] = [];
  const channels: Channel[] = [];
  const connection = new BrokerConnection({ url: bus.broker.amqpUrl, name: 'zombie consume', log, random });
  await connection.open();
  const consumer = new QueueConsumer({
    connection: reached(connection, (channel) => {
      channels.push(channel);
      onChannel(channel);
    }),
    queue: 'inventory',
    prefetch: 5,
    log,
    random,
    clock,
    process: async ({ properties }, lease) => {
      seen.push(properties.messageId);
      lease.ack();
      return 'done';
    },
    ...(watchMs !== undefined && { watchMs }),
  });
  const stop = async () => {
    await consumer.stop();
    await connection.close();
  };
  started.push(stop);
  await consumer.start();
  const handles = async (id: string) => {
    bus.channel.sendToQueue('inventory', Buffer.from('{}'), { messageId: id });
    await eventually(() => expect(seen).toContain(id));
  };
  return { consumer, channels, seen, log, handles, stop };
}

function reached(connection: Connection, onChannel: (channel: Channel) => void): Connection {
  const ready: Connection['ready'] = async (signal) => {
    const model = await connection.ready(signal);
    return (
      model &&
      new Proxy(model, {
        get(target, name) {
          if (name !== 'createChannel') return Reflect.get(target, name);
          return async () => {
            const channel = await target.createChannel();
            onChannel(channel);
            return channel;
          };
        },
      })
    );
  };
  return {
    ready,
    get model() {
      return connection.model;
    },
    reset: (model: ChannelModel, reason: unknown) => connection.reset(model, reason),
  } as Connection;
}

describe('zombie consumer, connected and handed nothing:', () => {
  test('its connection is closed: it is live again on the next one', async () => {
    const { log, handlesAgain } = await aService();
    await bus.kill('inventory consume');
    await eventually(() => expect(log.lines.map(({ phrase }) => phrase)).toContain('broker connection lost'));
    await handlesAgain();
    // One line of the outage, with its reason, and one of its end.
    const told = log.lines.filter(({ level }) => ['warn', 'error'].includes(level));
    expect(told).toMatchObject([{ phrase: 'broker connection lost', fields: { error: expect.any(String) } }]);
    expect(log.lines.filter(({ phrase }) => phrase === 'broker connection is back')).toHaveLength(1);
  });

  test('the broker closes its channel alone: it is live again on a new one', async () => {
    await bus.service('orders').messaging.start();
    const { consumer, channels, handles, log } = await aConsumer();
    await handles('before');
    const unknown = { fields: { deliveryTag: 4711 } } as Parameters<Channel['ack']>[0];
    channels[0]?.ack(unknown);
    await eventually(() => expect(channels.length).toBeGreaterThanOrEqual(2));
    await eventually(() => expect(consumer.status().live).toBe(true));
    await handles('after');
    expect(log.lines).toContainEqual(
      expect.objectContaining({ phrase: 'consumer lost', fields: expect.objectContaining({ queue: 'inventory' }) }),
    );
  });

  test('its queue is deleted: it isn’t ready, says what to do, and is live again when the queue is back', async () => {
    const { consumer, health, log, handlesAgain } = await aService();
    await bus.channel.deleteQueue('inventory');
    const mend = 'npm run topology -- recover inventory';
    await eventually(async () =>
      expect(await health.report()).toMatchObject({
        status: 'not-ready',
        checks: { consumers: { detail: `lost: inventory (the queue is missing: ${mend})` } },
      }),
    );
    expect(consumer.status()).toMatchObject({ live: false, missing: true });
    const said = log.lines.filter(({ phrase }) => phrase === 'queue is missing');
    expect(said).toEqual([{ level: 'error', phrase: 'queue is missing', fields: { queue: 'inventory', mend } }]);

    await declareAgain('inventory');
    await eventually(() => expect(consumer.status().live).toBe(true));
    expect(consumer.status()).not.toHaveProperty('missing');
    await handlesAgain();
  });

  test('its queue is deleted and there again at once, which 3.10 tells nobody: after a silence every instance subscribes anew', async () => {
    await bus.service('orders').messaging.start();
    const instances = [await aConsumer(500), await aConsumer(500)];
    const send = (ids: string[]) => {
      for (const messageId of ids) bus.channel.sendToQueue('inventory', Buffer.from('{}'), { messageId });
    };
    const arrived = (ids: string[]) =>
      eventually(() => expect(instances.flatMap(({ seen }) => seen).sort()).toEqual(ids));
    send(['a', 'b', 'c', 'd']);
    await arrived(['a', 'b', 'c', 'd']);
    await bus.channel.deleteQueue('inventory');
    await declareAgain('inventory');
    send(['e', 'f', 'g', 'h']);
    await arrived(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    await instances[0]?.stop();
    await instances[1]?.handles('i');
    expect(instances[1]?.consumer.status()).toMatchObject({ live: true });
  });

  test('the broker knows it no longer and nobody was told: after a silence it subscribes anew', async () => {
    await bus.service('orders').messaging.start();
    const { channels, handles } = await aConsumer(3_000);
    await handles('before');
    for (const tag of await eventually(consumerTags)) await channels[0]?.cancel(tag);
    await handles('after');
  });

  test('its queue answers nobody: it isn’t live while the broker takes long to subscribe it anew, and is when that is done', async () => {
    await bus.service('orders').messaging.start();
    let now = Date.now();
    let answers = aGate();
    answers.open();
    const { consumer, channels, handles } = await aConsumer(200, {
      clock: () => new Date(now),
      onChannel(channel) {
        const consume = channel.consume.bind(channel);
        channel.consume = (...args) => answers.opened.then(() => consume(...args));
      },
    });
    await handles('before');
    answers = aGate();
    const known = channels.length;
    await eventually(() => expect(channels.length).toBeGreaterThan(known));
    expect(consumer.status().live).toBe(true);
    now += 11_000;
    expect(consumer.status().live).toBe(false);
    answers.open();
    await eventually(() => expect(consumer.status().live).toBe(true));
    await handles('after');
  });

  test('while it gets messages, and while nothing is wrong, it stays what it is: live without a break', async () => {
    await bus.service('orders').messaging.start();
    const { consumer, channels, handles, log } = await aConsumer(50);
    const { since } = consumer.status();
    await eventually(() => expect(channels.length).toBeGreaterThan(5));
    await handles('after');
    expect(consumer.status()).toMatchObject({ live: true, since });
    expect(log.lines.map(({ phrase }) => phrase)).toEqual(['consumer is live']);
  });
});

async function consumerTags(): Promise<string[]> {
  type Known = { consumer_tag: string; queue: { name: string } };
  const all = await bus.broker.management.get<Known[]>(`/consumers/${bus.broker.vhost}`);
  const tags = all.filter(({ queue }) => queue.name === 'inventory').map(({ consumer_tag: tag }) => tag);
  if (tags.length === 0) throw new Error('the broker shows no consumer of inventory yet');
  return tags;
}
