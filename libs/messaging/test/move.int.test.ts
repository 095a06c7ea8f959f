import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestBroker, testBroker } from '@order-events/testing';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { moveAll } from '../src/operate/move.ts';

let broker: TestBroker;
let model: ChannelModel;

beforeAll(async () => {
  broker = await testBroker();
  model = await connect(broker.amqpUrl);
});
afterAll(async () => {
  await model.close();
  await broker.close();
});

const QUORUM = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

async function filled(channel: Channel, queue: string, count: number): Promise<void> {
  await channel.assertQueue(queue, QUORUM);
  for (let message = 0; message < count; message++) channel.sendToQueue(queue, Buffer.from(String(message)));
  while ((await channel.checkQueue(queue)).messageCount < count);
}

/** Confirms nothing until it has that many, then all at once. */
function confirmsTogether(count: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let taken = 0;
  const send = () => {
    if (++taken === count) setTimeout(resolve, 200);
    return promise;
  };
  return { send, pending: 0, start() {}, stop: async () => {} };
}

test('messages whose copies are confirmed together are moved once, and none is left', async () => {
  const channel = await model.createChannel();
  for (const count of [60, 150, 200]) {
    const from = `from-${count}`;
    await filled(channel, from, count);
    expect(await moveAll({ model, publisher: confirmsTogether(count) }, from, 'to')).toBe(count);
    const { messageCount } = await channel.deleteQueue(from);
    expect(messageCount).toBe(0);
  }
});
