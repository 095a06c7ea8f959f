import type { ConfirmChannel, Message } from 'amqplib';
import type { OutgoingMessage } from './outgoing.ts';

export interface PublishingLifeEvents {
  readonly onReturn: (message: Message) => void;
  /** The channel takes messages again. */
  readonly onDrain: () => void;
}

/** One life of a publisher: one channel with confirms, from its opening until it is lost or given up. */
export class PublishingLife {
  readonly #channel: ConfirmChannel;
  readonly #givenUp = Promise.withResolvers<void>();
  #writable = true;
  /** True once the broker has confirmed a message on it. */
  worked = false;

  constructor(channel: ConfirmChannel, { onReturn, onDrain }: PublishingLifeEvents) {
    this.#channel = channel;
    channel.on('return', onReturn);
    channel.on('drain', () => {
      this.#writable = true;
      onDrain();
    });
  }

  /** False while the connection's buffer is full. */
  get writable(): boolean {
    return this.#writable;
  }

  /**
   * Writes a message, mandatory and persistent unless its properties say otherwise. `onAnswer` is called once, with the
   * error unless the broker confirmed. Throws when nothing has left: the channel is closed, or the message can't be written.
   */
  write({ exchange, routingKey, content, properties }: OutgoingMessage, onAnswer: (error: unknown) => void): void {
    const options = { mandatory: true, persistent: true, ...properties };
    this.#writable = this.#channel.publish(exchange, routingKey, content, options, onAnswer);
  }

  giveUp(): void {
    this.#givenUp.resolve();
  }

  /** Resolves when the channel is lost or given up. */
  async over(lost: Promise<void>): Promise<void> {
    await Promise.race([lost, this.#givenUp.promise]);
  }
}
