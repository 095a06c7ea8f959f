import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCompleted, Status } from '@order-events/contracts';
import { createDeadLetters, type DeadLetters } from '@order-events/messaging';
import { createLogger, type Service } from '@order-events/runtime';
import { openStore, type Store } from '@order-events/store';
import { anOrder, asking, eventually, personToken, type Surroundings, startSurroundings } from '@order-events/testing';
import { service } from '../src/index.ts';

let around: Surroundings;
let gifts: Service;
let letters: DeadLetters;

beforeAll(async () => {
  around = await startSurroundings('gifts');
  gifts = service.create(around.env, { store: failingOnce(await openStore(around.env.STORE_URL ?? '')) });
  await gifts.start();
  const log = createLogger({ service: 'gifts', level: 'error' });
  letters = createDeadLetters({ url: around.broker.amqpUrl, service: 'gifts', log });
  await letters.start();
});
afterAll(async () => {
  await letters.stop();
  await gifts.stop();
  await around.stop();
});

/** Orders whose gift can't be stored, the first time. */
const failing = new Set<string>();

function failingOnce(store: Store): Store {
  return {
    ping: () => store.ping(),
    close: () => store.close(),
    async collection(name, spec) {
      const collection = await store.collection(name, spec);
      const insert = collection.insert.bind(collection);
      return Object.assign(collection, {
        insert(document: Parameters<typeof insert>[0]) {
          if (failing.delete(document.id)) throw new Error('this write fails');
          return insert(document);
        },
      });
    },
  };
}

const delivered = (userId = 'ada') =>
  anOrder({ userId, totalAmount: 10_000, currency: 'EUR', status: Status.Delivered });
const publish = (order: ReturnType<typeof delivered>) =>
  around.publish(orderCompleted({ order }), { subject: order.id, userid: order.userId });
const giftOf = (orderId: string, person = 'ada') =>
  asking(gifts.url, personToken(person))('GET', `/api/v1/gifts/${orderId}`);
const granted = (orderId: string) =>
  around.published.filter(({ type, subject }) => type === 'gift.granted.v1' && subject === orderId);

test('a delivered order grants one gift, however often its event comes; its owner alone sees the code', async () => {
  const order = delivered();
  const event = await publish(order);
  await eventually(() => expect(granted(order.id)).toHaveLength(1));
  expect(granted(order.id)).toMatchObject([{ userid: 'ada', causationid: event.id, data: { amount: 500 } }]);
  const { status, body } = await giftOf(order.id);
  expect({ status, body }).toMatchObject({ status: 200, body: { amount: 500, currency: 'EUR' } });

  await around.publishEvent(event);
  const next = delivered();
  await publish(next);
  await eventually(() => expect(granted(next.id)).toHaveLength(1));
  expect(granted(order.id)).toHaveLength(1);
  expect((await giftOf(order.id)).body).toEqual(body);
  expect(await giftOf(order.id, 'ben')).toMatchObject({ status: 404, body: { code: 'gift-unknown' } });
});

test('an event whose effect could not be stored is tried again, and grants one gift', async () => {
  const order = delivered();
  failing.add(order.id);
  await publish(order);
  await eventually(() => expect(granted(order.id)).toHaveLength(1));
  expect(failing.size).toBe(0);
});

test('an event that contradicts a gift becomes a dead letter', async () => {
  const order = delivered();
  await publish(order);
  await eventually(() => expect(granted(order.id)).toHaveLength(1));
  await publish({ ...order, userId: 'ben' });
  await eventually(async () => expect(await letters.count('gifts')).toBe(1));
  expect((await giftOf(order.id)).status).toBe(200);
});
