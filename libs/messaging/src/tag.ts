import type { Channel, ConsumeMessage } from 'amqplib';
import { reasonOf } from './broker-url.ts';

/** The broker's promise to hand a queue's messages to one channel. */
export interface Tag {
  /** Takes more messages at once from now on. */
  widen(count: number): void;
  /** Resolves when the broker has stopped handing out. */
  cancel(): Promise<void>;
  /** Resolves with the reason when the broker has withdrawn the promise: the queue was deleted, say. */
  readonly withdrawn: Promise<string>;
  withdraw(reason: string): void;
}

export async function openTag(
  channel: Channel,
  queue: string,
  count: number,
  onMessage: (message: ConsumeMessage) => void,
): Promise<Tag> {
  const { promise: withdrawn, resolve: withdraw } = Promise.withResolvers<string>();

  async function consume(prefetch: number): Promise<string> {
    await channel.prefetch(prefetch);
    const take = (message: ConsumeMessage | null) =>
      message ? onMessage(message) : withdraw('cancelled by the broker');
    return (await channel.consume(queue, take)).consumerTag;
  }

  let cancelled = false;
  let current = Promise.resolve(await consume(count));
  return {
    withdrawn,
    withdraw,
    // A prefetch holds for tags opened after it: the wide one is there before the narrow one goes.
    widen(prefetch) {
      current = current.then(async (narrow) => {
        if (cancelled) return narrow;
        const wide = await consume(prefetch);
        await channel.cancel(narrow);
        return wide;
      });
      current.catch((error) => withdraw(reasonOf(error)));
    },
    async cancel() {
      cancelled = true;
      await channel.cancel(await current);
    },
  };
}
