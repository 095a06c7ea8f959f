import { describe, expect, test } from '@jest/globals';
import type { Channel, ConsumeMessage } from 'amqplib';
import fc from 'fast-check';
import { Acks } from '../src/consumer/acks.ts';

/** What the broker would still have to settle, and how many frames it was sent. */
function aBroker() {
  const unsettled = new Set<number>();
  let frames = 0;
  let open = true;
  const settle = (covers: (tag: number) => boolean) => {
    if (!open) throw new Error('Channel closed');
    frames += 1;
    for (const tag of unsettled) if (covers(tag)) unsettled.delete(tag);
  };
  const channel = {
    ack: ({ fields }: ConsumeMessage, allUpTo = false) =>
      settle((tag) => (allUpTo ? tag <= fields.deliveryTag : tag === fields.deliveryTag)),
    nack: ({ fields }: ConsumeMessage) => settle((tag) => tag === fields.deliveryTag),
  } as Channel;
  return {
    channel,
    unsettled,
    frames: () => frames,
    close: () => (open = false),
    handOut(deliveryTag: number): ConsumeMessage {
      unsettled.add(deliveryTag);
      return { fields: { deliveryTag } } as ConsumeMessage;
    },
  };
}

const never = () => {
  throw new Error('nothing was lost');
};

describe('acknowledgements', () => {
  test('many that were settled in one turn take one frame', () => {
    const broker = aBroker();
    const acks = new Acks(broker.channel, never);
    const messages = [1, 2, 3, 4].map(broker.handOut);
    for (const message of messages) acks.came(message);
    for (const message of messages.reverse()) acks.ack(message);
    acks.flush();
    expect([broker.unsettled.size, broker.frames()]).toEqual([0, 1]);
  });

  test('go out by themselves at the end of the turn', async () => {
    const broker = aBroker();
    const acks = new Acks(broker.channel, never);
    const message = broker.handOut(1);
    acks.came(message);
    acks.ack(message);
    expect(broker.unsettled.size).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(broker.unsettled.size).toBe(0);
  });

  test('settle exactly what was acknowledged, in whatever order things end', () => {
    const ends = fc.array(fc.constantFrom('acked', 'given back', 'left', 'turn'), { maxLength: 40 });
    fc.assert(
      fc.property(ends, fc.integer(), (fates, seed) => {
        const broker = aBroker();
        const acks = new Acks(broker.channel, never);
        const messages = fates.map((_, index) => broker.handOut(index + 1));
        for (const message of messages) acks.came(message);
        const order = messages.map((_, index) => index).sort((a, b) => ((a * 7919) ^ seed) - ((b * 7919) ^ seed));
        for (const index of order) {
          const [message, fate] = [messages[index], fates[index]];
          if (!message) continue;
          if (fate === 'acked') acks.ack(message);
          if (fate === 'given back') acks.giveBack(message);
          if (fate === 'turn') acks.flush();
        }
        acks.flush();
        const left = fates.flatMap((fate, index) => (fate === 'left' || fate === 'turn' ? [index + 1] : []));
        expect([...broker.unsettled]).toEqual(left);
      }),
    );
  });

  test('that find their channel closed are said to be lost, once', () => {
    const broker = aBroker();
    const lost: number[] = [];
    const acks = new Acks(broker.channel, (count) => lost.push(count));
    const messages = [1, 2].map(broker.handOut);
    for (const message of messages) acks.came(message);
    for (const message of messages) acks.ack(message);
    broker.close();
    acks.flush();
    acks.flush();
    expect(lost).toEqual([2]);
  });
});
