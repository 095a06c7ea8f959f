import type { Channel, ConsumeMessage } from 'amqplib';

/** The broker's promise to hand a queue's messages to one channel. */
export interface Tag {
  /** From now on that many messages at once. Resolves when the broker has agreed. */
  take(count: number): Promise<void>;
  /** Resolves when the broker has stopped handing out. */
  cancel(): Promise<void>;
  /** Resolves with the reason when the promise no longer holds: the queue was deleted, say. */
  readonly withdrawn: Promise<string>;
  withdraw(reason: string): void;
}

/** Messages may come before take() resolves. */
export function createTag(channel: Channel, queue: string, onMessage: (message: ConsumeMessage) => void): Tag {
  const { promise: withdrawn, resolve: withdraw } = Promise.withResolvers<string>();
  let current: Promise<string | undefined> = Promise.resolve(undefined);
  let cancelled = false;

  // A prefetch holds for tags opened after it: the wider one is there before the narrow one goes.
  async function replace(old: string | undefined, count: number): Promise<string | undefined> {
    if (cancelled) return old;
    await channel.prefetch(count);
    const { consumerTag } = await channel.consume(queue, (message) =>
      message ? onMessage(message) : withdraw('the broker cancelled it'),
    );
    if (old) await channel.cancel(old);
    return consumerTag;
  }

  return {
    withdrawn,
    withdraw,
    async take(count) {
      current = current.then((old) => replace(old, count));
      await current;
    },
    async cancel() {
      cancelled = true;
      const last = await current;
      if (last) await channel.cancel(last);
    },
  };
}
