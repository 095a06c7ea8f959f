import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestBroker, testBroker } from '@order-events/testing';
import { type Channel, type ChannelModel, type ConsumeMessage, connect } from 'amqplib';
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

/**
 * Confirms nothing until the move has every message in hand and has looked or cancelled; then everything at once. Its
 * connection hands messages out after the answer to consume(), as a broker may.
 */
function confirmsTogether(count: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let [taken, looks, cancelled] = [0, 0, false];
  const confirm = () => {
    if (taken === count && (looks >= 2 || cancelled)) resolve();
  };
  const createChannel = async () => {
    const channel = await model.createChannel();
    const { consume, checkQueue, cancel } = channel;
    return Object.assign(channel, {
      consume: (queue: string, take: (message: ConsumeMessage | null) => void) =>
        consume.call(channel, queue, (message) => void setImmediate(take, message)),
      checkQueue: (queue: string) =>
        checkQueue.call(channel, queue).finally(() => {
          looks++;
          confirm();
        }),
      cancel: (tag: string) =>
        cancel.call(channel, tag).finally(() => {
          cancelled = true;
          confirm();
        }),
    });
  };
  const send = () => {
    taken++;
    confirm();
    return promise;
  };
  const publisher = { send, pending: 0, start() {}, stop: async () => {} };
  return { publisher, model: { createChannel } as ChannelModel };
}

test('messages whose copies are confirmed together are moved once, and none is left', async () => {
  const channel = await model.createChannel();
  for (const count of [60, 150, 200]) {
    const from = `from-${count}`;
    await filled(channel, from, count);
    expect(await moveAll(confirmsTogether(count), from, 'to')).toBe(count);
    const { messageCount } = await channel.deleteQueue(from);
    expect(messageCount).toBe(0);
  }
});
