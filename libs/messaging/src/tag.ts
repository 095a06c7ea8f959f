import type { Channel, ConsumeMessage } from 'amqplib';

/** The broker's promise to hand a queue's messages to one channel. */
export interface Tag {
  /** From now on that many messages at once, 0 for none. Resolves when the broker has agreed. */
  take(count: number): Promise<void>;
  /** Resolves with the reason when the promise no longer holds: the queue was deleted, say. */
  readonly withdrawn: Promise<string>;
  withdraw(reason: string): void;
}

/** Messages may come before take() resolves. */
export function createTag(channel: Channel, queue: string, onMessage: (message: ConsumeMessage) => void): Tag {
  const { promise: withdrawn, resolve: withdraw } = Promise.withResolvers<string>();
  let current: Promise<string | undefined> = Promise.resolve(undefined);

  async function open(count: number): Promise<string> {
    await channel.prefetch(count);
    const { consumerTag } = await channel.consume(queue, (message) =>
      message ? onMessage(message) : withdraw('the broker cancelled it'),
    );
    return consumerTag;
  }

  // A prefetch holds for tags opened after it: the next one is there before the last one goes.
  async function replace(last: string | undefined, count: number): Promise<string | undefined> {
    const next = count > 0 ? await open(count) : undefined;
    if (last) await channel.cancel(last);
    return next;
  }

  return {
    withdrawn,
    withdraw,
    async take(count) {
      current = current.then((last) => replace(last, count));
      await current;
    },
  };
}
