import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import type { Channel } from 'amqplib';
import { applyTopology, movingOf } from '../src/operate/index.ts';
import { topology } from '../src/topology.ts';
import { aLog } from './a-bus.ts';
import { aStandingTopology, managementUrl, type StandingTopology } from './a-standing-topology.ts';

// Quorum queues report every 5 s, and the tests' broker collects every second.
const SETTLE_MS = 6_500;
const KEY = 'order.cancelled.v1';
const QUEUE = 'email';
const moving = movingOf(QUEUE);
const WAITING = { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000_000 };

let standing: StandingTopology;
let channel: Channel;

beforeAll(async () => {
  standing = await aStandingTopology();
  channel = await standing.model.createChannel();
}, 60_000);
afterEach(async () => {
  await standing.restore();
  for (const { name } of topology().queues) await channel.purgeQueue(name);
}, 60_000);
afterAll(() => standing.close());

const described = (name: string) => topology().queues.find((queue) => queue.name === name)?.arguments ?? {};
const wrong = (name: string, args: object) =>
  standing.instead('queues', name, { arguments: { ...described(name), ...args } });

async function apply(said: string[] = []): Promise<{ left: string[]; said: string[] }> {
  const left = await applyTopology({
    url: standing.broker.amqpUrl,
    managementUrl: managementUrl(),
    say: (line) => void said.push(line),
    log: aLog(),
    settleMs: SETTLE_MS,
  });
  return { left: left.map(({ line }) => line), said };
}

async function say(ids: readonly string[], exchange = 'order_events', key = KEY): Promise<void> {
  const confirming = await standing.model.createConfirmChannel();
  for (const id of ids)
    confirming.publish(exchange, key, Buffer.from(`{"id":"${id}"}`), {
      messageId: id,
      headers: { signature: `of ${id}` },
    });
  await confirming.waitForConfirms();
  await confirming.close();
}

const ids = (from: number, count: number) => Array.from({ length: count }, (_, index) => `e${from + index}`);

/** Takes everything out of a queue, first occurrences in their order. */
async function held(
  queue: string,
  atLeast: number,
): Promise<{ id: string; body: string; key: unknown; signature: unknown }[]> {
  const taken = new Map<string, { id: string; body: string; key: unknown; signature: unknown }>();
  return eventually(async () => {
    for (
      let message = await channel.get(queue, { noAck: true });
      message;
      message = await channel.get(queue, { noAck: true })
    ) {
      const { messageId: id, headers = {} } = message.properties;
      const { signature, 'original-routing-key': key } = headers;
      if (!taken.has(id)) taken.set(id, { id, body: message.content.toString(), key, signature });
    }
    expect(taken.size).toBeGreaterThanOrEqual(atLeast);
    return [...taken.values()];
  });
}

test('406 after a change: a queue with other arguments is made anew while events go on, by one run alone: none is lost or changed', async () => {
  await wrong(QUEUE, { 'x-delivery-limit': 3, 'x-overflow': 'drop-head' });
  await say(ids(0, 500));
  let count = 500;
  let done = false;
  const said: string[] = [];
  const applying = apply(said).finally(() => {
    done = true;
  });
  await eventually(() => expect(said).toEqual([`queue email: its messages move to ${moving}`]));
  await expect(apply()).rejects.toThrow('another topology operation is under way');
  while (!done) {
    await say(ids(count, 20));
    count += 20;
  }
  const { left } = await applying;
  expect(left).toEqual([]);
  const found = await held(QUEUE, count);
  expect(new Set(found.map(({ id }) => id))).toEqual(new Set(ids(0, count)));
  expect(found.find(({ id }) => id === 'e7')).toEqual({ id: 'e7', body: '{"id":"e7"}', key: KEY, signature: 'of e7' });
  await expect(
    standing.model.createChannel().then((own) => own.on('error', () => undefined).checkQueue(moving)),
  ).rejects.toThrow('NOT_FOUND');
}, 120_000);

type CutOff = readonly [after: string, reach: () => Promise<unknown>];
const waits = async () => {
  await channel.assertQueue(moving, { durable: true, arguments: WAITING });
  await channel.bindQueue(moving, 'order_events', KEY);
};
const intoMoving = (from: number, count: number) => say(ids(from, count), '', moving);
const into = (from: number, count: number) => say(ids(from, count), '', QUEUE);

/** Where a run can have ended, with the messages 0 to 9 in the places where they can be by then. */
const cutOffs: readonly CutOff[] = [
  [
    'the waiting queue was declared',
    async () => {
      await wrong(QUEUE, { 'x-delivery-limit': 3 });
      await channel.assertQueue(moving, { durable: true, arguments: WAITING });
      await into(0, 10);
    },
  ],
  [
    'some messages were copied and not acknowledged',
    async () => {
      await wrong(QUEUE, { 'x-delivery-limit': 3 });
      await waits();
      await channel.unbindQueue(QUEUE, 'order_events', KEY);
      await into(2, 5);
      await intoMoving(0, 4);
      await say(ids(7, 3));
    },
  ],
  [
    'the old queue was deleted',
    async () => {
      await waits();
      await channel.deleteQueue(QUEUE);
      await intoMoving(0, 7);
      await say(ids(7, 3));
    },
  ],
  [
    'the new queue was declared',
    async () => {
      await waits();
      await channel.unbindQueue(QUEUE, 'order_events', KEY);
      await intoMoving(0, 10);
    },
  ],
  [
    'the new queue was bound',
    async () => {
      await waits();
      await into(0, 3);
      await intoMoving(3, 4);
      await say(ids(7, 3));
    },
  ],
  [
    'the waiting queue was unbound',
    async () => {
      await waits();
      await channel.unbindQueue(moving, 'order_events', KEY);
      await into(0, 3);
      await intoMoving(3, 7);
    },
  ],
];

test.each(cutOffs)(
  'a run that was cut off after %s is finished by the next one',
  async (_after, reach) => {
    await reach();
    expect((await apply()).left).toEqual([]);
    const found = await held(QUEUE, 10);
    expect(found.map(({ id }) => id).sort()).toEqual(ids(0, 10));
  },
  60_000,
);

test('a delay queue with another time is replaced, and what waited in it arrives', async () => {
  const tier = 'email.retry.2000';
  await wrong(tier, { 'x-message-ttl': 3_600_000, 'x-dead-letter-strategy': 'at-most-once' });
  await say(ids(0, 30), 'order_events.dlx', tier);
  expect((await apply()).left).toEqual([]);
  expect(await held(QUEUE, 30)).toHaveLength(30);
}, 60_000);

test('a queue that is consumed is left alone until its service is stopped', async () => {
  await wrong(QUEUE, { 'x-delivery-limit': 3 });
  const { consumerTag } = await channel.consume(QUEUE, () => undefined);
  await expect(apply()).rejects.toThrow('nothing was changed: queue email has 1 consumers: stop its service');
  expect(await standing.lines()).toEqual(['queue email: x-delivery-limit is 3, described 100']);
  await channel.cancel(consumerTag);
}, 30_000);

test('an exchange isn’t replaced while anyone is connected who could publish to it', async () => {
  await standing.instead('exchanges', 'order_events', { type: 'topic' });
  await eventually(
    () => expect(apply()).rejects.toThrow('nothing was changed: exchange order_events is in use: stop all services'),
    { timeoutMs: 15_000 },
  );
}, 30_000);

test('what is missing is declared, what is too much is taken away, and what isn’t ours is named and left', async () => {
  await standing.remove('/queues/VHOST/orders.retry.1000');
  await standing.add('orders.retry.500');
  await standing.bind('order_events.dlx', 'orders.retry.500', 'orders.retry.500');
  await standing.bind('order_events', 'orders', 'order.created.v1');
  await standing.add('stranger');
  await standing.bind('order_events', 'stranger', '#');
  const { left, said } = await apply();
  expect(left).toEqual(['binding order_events → stranger (#) is not described']);
  expect(said).toEqual(['queue orders.retry.500: taken away']);
}, 60_000);

test('what found no queue is said again once there is one', async () => {
  await standing.unbind('order_events', QUEUE, KEY);
  await standing.unbind('order_events', 'audit', '#');
  for (const queue of ['inventory', 'payments', 'notifications']) await standing.unbind('order_events', queue, KEY);
  await say(ids(0, 3));
  const { left, said } = await apply();
  expect(left).toEqual([]);
  expect(said).toEqual(['3 messages that had found no queue were said again']);
  expect((await held(QUEUE, 3)).map(({ id }) => id)).toEqual(ids(0, 3));
}, 60_000);

test('a queue that was deleted is declared anew, and every run says that it lacks what it held, until it is recovered', async () => {
  await standing.remove('/queues/VHOST/orders');
  await standing.remove('/queues/VHOST/email.dlq');
  const first = await apply();
  expect(first.said).toEqual([
    'queue orders: declared anew, without what it held: npm run topology -- recover orders',
    'queue email: declared anew, without what it held: npm run topology -- recover email',
  ]);
  const gaps = ['orders', 'email'].map(
    (queue) => `queue ${queue} was deleted and declared anew: it lacks what it held, and what was said until then`,
  );
  expect([...first.left].sort()).toEqual([...gaps].sort());
  expect([...(await apply()).left].sort()).toEqual([...gaps].sort());
});

test('a binding that was lost is made again, and what was said meanwhile isn’t taken for heard', async () => {
  await standing.unbind('order_events', 'orders', 'payment.failed.v1');
  const { said, left } = await apply();
  expect(said).toEqual([expect.stringMatching(/^queue orders: bound again; .*recover orders --since/)]);
  expect(left).toEqual([]);
});

test('a broker on which nothing stood yet lacks nothing', async () => {
  for (const { name } of topology().queues) await standing.remove(`/queues/VHOST/${name}`);
  expect(await apply()).toEqual({ left: [], said: [] });
});
