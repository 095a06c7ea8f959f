import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { anEvent, eventually, signed } from '@order-events/testing';
import { BrokerConnection } from '../src/connection.ts';
import type { OutgoingMessage, PublishOutcome } from '../src/publisher/outgoing.ts';
import { BrokerPublisher } from '../src/publisher/publisher.ts';
import { aBus, aLog, type Bus, type Service } from './a-bus.ts';

let bus: Bus;
let service: Service;

beforeAll(async () => {
  bus = await aBus();
  service = bus.service('orders');
  await service.messaging.start();
});

afterAll(() => bus.close());

/** A publisher of its own, with every outcome it told. */
async function aPublisher(options: { window?: number } = {}) {
  const log = aLog();
  const outcomes: PublishOutcome[] = [];
  const random = () => 0;
  const connection = new BrokerConnection({ url: bus.broker.amqpUrl, name: 'test publish', log, random });
  const onOutcome = (_message: OutgoingMessage, outcome: PublishOutcome) => void outcomes.push(outcome);
  const publisher = new BrokerPublisher({ connection, name: 'test', log, random, onOutcome, ...options });
  await connection.open();
  publisher.start();
  const stop = async () => {
    await publisher.stop(1_000);
    await connection.close();
  };
  return { publisher, connection, outcomes, log, stop };
}

const messageTo = (routingKey: string, id = 'id', exchange = 'order_events.dlx', size = 2): OutgoingMessage => ({
  exchange,
  routingKey,
  content: Buffer.alloc(size),
  properties: { messageId: id },
});

test('confirmed but unroutable: what no queue is bound for fails as unroutable, its neighbours don’t', async () => {
  const { publisher, stop } = await aPublisher();
  const results = await Promise.allSettled([
    publisher.send(messageTo('orders.dlq', 'a')),
    publisher.send(messageTo('orders.retry.77', 'b')),
    publisher.send(messageTo('orders.dlq', 'c')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(results[1]).toMatchObject({ reason: { name: 'UnroutableError', routingKey: 'orders.retry.77' } });
  await stop();
});

test('confirmed but unroutable: an event nobody hears is kept by the alternate exchange', async () => {
  const { publisher, stop } = await aPublisher();
  await bus.channel.unbindQueue('audit', 'order_events', '#');
  await publisher.send(messageTo('order.unheard.v1', 'unheard', 'order_events'));
  await bus.channel.bindQueue('audit', 'order_events', '#');
  const [kept] = await bus.take('order_events.unrouted', 1);
  expect(kept?.properties.messageId).toBe('unheard');
  await stop();
});

test('memory growth: no more than the window is unconfirmed, and all get through, large ones too', async () => {
  const { publisher, outcomes, stop } = await aPublisher({ window: 10 });
  const large = 200_000;
  await Promise.all(
    Array.from({ length: 200 }, (_, i) => publisher.send(messageTo('email.dlq', `${i}`, undefined, large))),
  );
  expect(await bus.count('email.dlq')).toBe(200);
  expect(outcomes).toEqual(Array(200).fill('confirmed'));
  expect(publisher.pending).toBe(0);
  await stop();
});

test('a message that can’t be put on the wire fails alone', async () => {
  const { publisher, stop } = await aPublisher();
  const tooMuch = { ...messageTo('orders.dlq'), properties: { headers: { big: 'x'.repeat(100_000) } } };
  const [bad, good] = await Promise.allSettled([publisher.send(tooMuch), publisher.send(messageTo('orders.dlq'))]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { name: 'UnwritableError' } });
  expect(good.status).toBe('fulfilled');
  await stop();
});

test('an exchange that is gone fails what was sent there as unknown, and the next messages get through', async () => {
  const { publisher, stop } = await aPublisher();
  await expect(publisher.send(messageTo('x', 'x', 'no.such.exchange'))).rejects.toMatchObject({ fate: 'unknown' });
  await publisher.send(messageTo('orders.dlq'));
  await stop();
});

test('published around a reconnect: when the connection dies every promise settles once, and what was confirmed is there', async () => {
  await bus.channel.purgeQueue('payments.dlq');
  const { publisher, outcomes, stop } = await aPublisher({ window: 50 });
  await publisher.send(messageTo('payments.dlq', 'first'));
  const confirmed = new Set(['first']);
  const fates: string[] = [];
  let dead = false;
  const keepSending = async (sender: number) => {
    for (let i = 0; !dead; i++) {
      const id = `${sender}-${i}`;
      await publisher.send(messageTo('payments.dlq', id)).then(
        () => confirmed.add(id),
        ({ fate }) => fates.push(fate),
      );
    }
  };
  const sending = Promise.all([1, 2, 3, 4, 5].map(keepSending));
  await bus.kill('test publish');
  dead = true;
  await sending;
  const inQueue = new Set(
    (await bus.take('payments.dlq', confirmed.size)).map(({ properties }) => properties.messageId),
  );
  expect([...confirmed].filter((id) => !inQueue.has(id))).toEqual([]);
  expect(fates.every((fate) => fate === 'unknown')).toBe(true);
  expect(outcomes).toHaveLength(confirmed.size + fates.length);
  await stop();
}, 30_000);

test('published around a reconnect: without a connection messages wait for the next one', async () => {
  const { publisher, connection, stop } = await aPublisher();
  const model = connection.model;
  if (model) connection.reset(model, 'test');
  expect(connection.model).toBeUndefined();
  await publisher.send(messageTo('orders.dlq'));
  await stop();
});

test('memory growth: what waits without a connection is bounded: one more is refused at once, and what was taken gets through', async () => {
  await bus.channel.purgeQueue('email.dlq');
  const { publisher, connection, outcomes, stop } = await aPublisher();
  const model = connection.model;
  if (model) connection.reset(model, 'test');
  const taken = Array.from({ length: 10_000 }, (_, id) => publisher.send(messageTo('email.dlq', `${id}`)));
  await expect(publisher.send(messageTo('email.dlq', 'one more'))).rejects.toMatchObject({
    name: 'UnconfirmedError',
    fate: 'refused',
    kind: 'unavailable',
    message: expect.stringContaining('10000 messages wait'),
  });
  expect(outcomes).toEqual(['refused']);
  await Promise.all(taken);
  expect(outcomes.filter((outcome) => outcome === 'confirmed')).toHaveLength(10_000);
  expect(await bus.count('email.dlq')).toBe(10_000);
  await stop();
}, 60_000);

test('after a stop nothing is taken and nothing is left open', async () => {
  const { publisher, stop } = await aPublisher();
  const last = publisher.send(messageTo('orders.dlq'));
  const stopped = stop();
  await expect(publisher.send(messageTo('orders.dlq'))).rejects.toMatchObject({ fate: 'refused' });
  await Promise.all([last, stopped]);
});

test('a published event bears the labels of its body', async () => {
  const event = anEvent('email.failed.v1');
  const entry = signed(event);
  await bus.channel.purgeQueue('audit');
  await service.messaging.publisher.publish(entry);
  const [message] = await bus.take('audit', 1);
  expect(message?.content.toString()).toBe(entry.body);
  expect(message?.fields).toMatchObject({ exchange: 'order_events', routingKey: event.type });
  expect(message?.properties).toMatchObject({
    contentType: 'application/cloudevents+json; charset=utf-8',
    messageId: event.id,
    type: event.type,
    correlationId: event.correlationid,
    appId: 'email',
    deliveryMode: 2,
    headers: { signature: entry.signature },
  });
  await eventually(async () =>
    expect(await service.metric('messages_published_total')).toMatchObject({ confirmed: 1 }),
  );
});
