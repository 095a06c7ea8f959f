import type { Channel, ConsumeMessage } from 'amqplib';

/** The broker's promise to hand a queue's messages to one channel. */
export class Tag {
  readonly #channel: Channel;
  readonly #queue: string;
  readonly #onMessage: (message: ConsumeMessage) => void;
  readonly #withdrawal = Promise.withResolvers<string>();
  #current: Promise<string | undefined> = Promise.resolve(undefined);

  /** Messages may come before take() resolves. */
  constructor(channel: Channel, queue: string, onMessage: (message: ConsumeMessage) => void) {
    this.#channel = channel;
    this.#queue = queue;
    this.#onMessage = onMessage;
  }

  /** Resolves with the reason when the promise no longer holds: the queue was deleted, say. */
  get withdrawn(): Promise<string> {
    return this.#withdrawal.promise;
  }

  withdraw(reason: string): void {
    this.#withdrawal.resolve(reason);
  }

  /** From now on so many messages at once, 0 for none. Resolves when the broker has agreed. */
  async take(count: number): Promise<void> {
    this.#current = this.#current.then((last) => this.#replace(last, count));
    await this.#current;
  }

  // A prefetch holds for tags opened after it: the next one is there before the last one goes.
  async #replace(last: string | undefined, count: number): Promise<string | undefined> {
    const next = count > 0 ? await this.#open(count) : undefined;
    if (last) await this.#channel.cancel(last);
    return next;
  }

  async #open(count: number): Promise<string> {
    await this.#channel.prefetch(count);
    const { consumerTag } = await this.#channel.consume(this.#queue, (message) =>
      message ? this.#onMessage(message) : this.withdraw('the broker cancelled it'),
    );
    return consumerTag;
  }
}
