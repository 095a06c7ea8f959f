import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { anEvent, eventually, signed } from '@order-events/testing';
import type { Channel } from 'amqplib';
import { BrokerConnection, type Connection } from '../src/connection.ts';
import { LiveHints } from '../src/live.ts';
import { BrokerPublisher } from '../src/publisher/publisher.ts';
import { aBus, aLog, type Bus, handlersOf } from './a-bus.ts';

let bus: Bus;

beforeEach(async () => {
  bus = await aBus();
});
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
  await bus.close();
});
const ends: (() => Promise<void>)[] = [];

function anInstance() {
  const { messaging, health } = bus.service('notifications');
  const heard: unknown[] = [];
  const times = { ready: 0 };
  const live = messaging.live((json) => void heard.push(json), { onReady: () => void times.ready++ });
  messaging.subscribe(
    'notifications',
    handlersOf('notifications', async ({ id }) => live.broadcast(id)),
  );
  return { messaging, health, live, heard, times };
}

test('what one instance says, every instance hears once, and is told to read again after a break', async () => {
  const [a, b] = [anInstance(), anInstance()];
  await Promise.all([a.messaging.start(), b.messaging.start()]);
  await eventually(() => expect([a.times.ready, b.times.ready]).toEqual([1, 1]));
  a.live.broadcast({ feed: 'user:1', position: 7 });
  await eventually(() =>
    expect([a.heard, b.heard]).toEqual([[{ feed: 'user:1', position: 7 }], [{ feed: 'user:1', position: 7 }]]),
  );

  bus.channel.publish('notifications.live', '', Buffer.from('no json'));
  await bus.kill('notifications consume');
  await eventually(() => expect([a.times.ready, b.times.ready]).toEqual([2, 2]));
  b.live.broadcast('again');
  await eventually(() => expect([a.heard.at(-1), b.heard.at(-1)]).toEqual(['again', 'again']));
  expect(b.heard.filter((said) => said === 'again')).toHaveLength(1);
});

test('without the exchange events are handled all the same, and it isn’t ready and says what to do', async () => {
  const { messaging, health, heard } = anInstance();
  await messaging.start();
  await eventually(async () => expect((await health.report()).status).toBe('ready'));
  await bus.channel.deleteExchange('notifications.live');
  const events = [anEvent('order.created.v1'), anEvent('order.created.v1')];
  for (const event of events) await messaging.publisher.publish(signed(event));
  await eventually(() => expect(heard).toEqual(expect.arrayContaining(events.map(({ id }) => id))));
  expect(await bus.count('notifications.dlq')).toBe(0);
  await eventually(async () =>
    expect((await health.report()).checks.consumers).toEqual({
      ok: false,
      detail: 'lost: notifications.live (the exchange is missing: npm run topology -- apply)',
    }),
  );
  await bus.channel.assertExchange('notifications.live', 'fanout', { durable: true });
  await eventually(async () => expect((await health.report()).status).toBe('ready'));
}, 60_000);

describe('a live path that the broker took away without a word:', () => {
  const [log, random] = [aLog(), () => 0];
  const connection = (name: string) => new BrokerConnection({ url: bus.broker.amqpUrl, name, log, random });

  async function twoThatProbe() {
    await bus.service('notifications').messaging.start();
    const [publishing, consuming] = [connection('live publish'), connection('live consume')];
    await Promise.all([publishing.open(), consuming.open()]);
    const publisher = new BrokerPublisher({ connection: publishing, name: 'hints', log, random });
    publisher.start();
    const instances = [1, 2].map(() => {
      const heard: unknown[] = [];
      const onMessage = (json: unknown) => void heard.push(json);
      const parts = { connection: consuming, publisher, log, random, echoMs: 200 };
      const instance = Object.assign(new LiveHints({ ...parts, onMessage }), { heard });
      instance.start();
      return instance;
    });
    ends.push(async () => {
      for (const instance of instances) instance.stop();
      await publisher.stop(0);
      await Promise.all([publishing.close(), consuming.close()]);
    });
    await eventually(() => expect(instances.map(({ live }) => live)).toEqual([true, true]));
    return [...instances, consuming] as [(typeof instances)[0], (typeof instances)[0], BrokerConnection];
  }

  // Only their own connection may touch exclusive queues.
  const toEachQueue = (harm: (channel: Channel, queue: string) => Promise<unknown>) => async (own: Connection) => {
    const channel = await own.model?.createChannel();
    const names = await eventually(async () => {
      const all = await bus.broker.management.get<{ name: string }[]>(`/queues/${bus.broker.vhost}`);
      const found = all.map(({ name }) => name).filter((name) => name.startsWith('notifications.live.'));
      expect(found).toHaveLength(2);
      return found;
    });
    for (const name of names) if (channel) await harm(channel, name);
  };
  const exchangeAgain = async () => {
    await bus.channel.deleteExchange('notifications.live');
    await bus.channel.assertExchange('notifications.live', 'fanout', { durable: true });
  };

  test.each([
    ['the exchange deleted and declared again', exchangeAgain],
    ['the exchange deleted and declared again twice', () => exchangeAgain().then(exchangeAgain)],
    ['its queues deleted', toEachQueue((channel, queue) => channel.deleteQueue(queue))],
    ['its bindings removed', toEachQueue((channel, queue) => channel.unbindQueue(queue, 'notifications.live', ''))],
  ])('%s: each instance hears the others again', async (_, harm) => {
    const [a, b, own] = await twoThatProbe();
    await harm(own);
    let count = 0;
    await eventually(() => {
      const said = `after ${count++}`;
      a.broadcast(said);
      return eventually(() => expect(b.heard).toContain(said), { timeoutMs: 300 });
    });
    await eventually(() => {
      const said = `back ${count++}`;
      b.broadcast(said);
      return eventually(() => expect(a.heard).toContain(said), { timeoutMs: 300 });
    });
    await eventually(() => expect([a.live, b.live]).toEqual([true, true]));
  });
});
