import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import { createDeadLetters, type DeadLetters } from '../src/index.ts';
import { aBus, aLog, type Bus } from './a-bus.ts';

const queue = 'inventory';
let bus: Bus;
let letters: DeadLetters;

beforeAll(async () => {
  bus = await aBus();
  await bus.service('audit').messaging.start();
});
afterAll(() => bus.close());

beforeEach(async () => {
  await bus.channel.purgeQueue(`${queue}.dlq`);
  letters = createDeadLetters({ url: bus.broker.amqpUrl, service: 'audit', log: aLog() });
  await letters.start();
});
afterEach(() => letters.stop());

const numbers = (count: number) => Array.from({ length: count }, (_, place) => String(place));
async function fill(count: number): Promise<void> {
  for (const id of numbers(count)) {
    bus.channel.publish('order_events.dlx', `${queue}.dlq`, Buffer.from(`body ${id}`), {
      messageId: id,
      type: 'a.b.v1',
    });
  }
  await eventually(async () => expect(await letters.count(queue)).toBe(count));
}
const ids = async (count: number) =>
  (await bus.take(`${queue}.dlq`, count)).map(({ properties }) => properties.messageId);
const look = async () => {
  const seen: string[] = [];
  await letters.hold(
    queue,
    ({ id }) => !seen.push(id),
    async () => undefined,
  );
  return seen;
};

test('deleted behind your back: a hundred looks at a thousand letters change neither their number nor their order', async () => {
  await fill(1_000);
  for (let looks = 0; looks < 100; looks++) expect(await look()).toEqual(numbers(1_000));
  expect(await letters.count(queue)).toBe(1_000);
  expect(await ids(1_000)).toEqual(numbers(1_000));
}, 60_000);

test('what is settled is gone, and all others lie where they lay', async () => {
  await fill(100);
  const held = ['7', '50', '99'];
  await letters.hold(
    queue,
    ({ id }) => held.includes(id),
    async (taken) => {
      expect(taken.map(({ id }) => id)).toEqual(held);
      taken[0]?.discard();
      taken[2]?.discard();
    },
  );
  expect(await ids(98)).toEqual(numbers(100).filter((id) => id !== '7' && id !== '99'));
});

test('of a thousand letters discarded at once none is left, and what was not discarded lies where it lay', async () => {
  await fill(1_000);
  await letters.hold(
    queue,
    ({ id }) => id !== '500',
    async (taken) => taken.forEach(({ discard }) => void discard()),
  );
  expect(await letters.count(queue)).toBe(1);
  expect(await ids(1)).toEqual(['500']);
});

test('a letter sent again goes to the first tier of its queue with all attempts before it', async () => {
  const headers = {
    attempt: 5,
    replay: 1,
    signature: 'v1,k,s',
    traceparent: '00-a-b-01',
    'original-routing-key': 'order.created.v1',
    'first-failed-at': '2026-11-24T10:00:00Z',
    'last-error': 'Error: no',
    failure: '{}',
  };
  const options = { messageId: 'again', type: 'order.created.v1', headers };
  bus.channel.publish('order_events.dlx', `${queue}.dlq`, Buffer.from('body'), options);
  await eventually(async () => expect(await letters.count(queue)).toBe(1));
  await letters.hold(
    queue,
    () => true,
    async ([letter]) => letter?.sendAgain(),
  );
  expect(await letters.count(queue)).toBe(0);
  const [message] = await bus.take(queue, 1);
  expect(message?.content.toString()).toBe('body');
  expect(message?.properties).toMatchObject({ messageId: 'again', type: 'order.created.v1' });
  expect(message?.properties.headers).toMatchObject({
    attempt: 1,
    replay: 2,
    signature: 'v1,k,s',
    traceparent: '00-a-b-01',
    'original-routing-key': 'order.created.v1',
  });
  for (const name of ['failure', 'last-error', 'first-failed-at'])
    expect(message?.properties.headers).not.toHaveProperty(name);
});

test('work that fails gives every letter back', async () => {
  await fill(3);
  const failing = letters.hold(
    queue,
    () => true,
    async () => {
      throw new Error('no');
    },
  );
  await expect(failing).rejects.toThrow('no');
  expect(await look()).toEqual(numbers(3));
});

test('what the broker has moved here by itself is sent again under the type it came with', async () => {
  bus.channel.publish('order_events.dlx', `${queue}.dlq`, Buffer.from('body'), { type: 'order.created.v1' });
  await eventually(async () => expect(await letters.count(queue)).toBe(1));
  await letters.hold(
    queue,
    () => true,
    async ([letter]) => letter?.sendAgain(),
  );
  const [message] = await bus.take(queue, 1);
  expect(message?.properties.headers).toMatchObject({
    'original-routing-key': 'order.created.v1',
    attempt: 1,
    replay: 1,
  });
});
