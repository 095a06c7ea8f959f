import type { Channel, ConsumeMessage } from 'amqplib';
import { probes } from '../probes.ts';

/** The acknowledgements of one channel. Those of one turn of the event loop go to the broker in as few frames as possible. */
export class Acks {
  readonly #channel: Channel;
  readonly #onLost: (count: number) => void;
  /** Tags of messages that are neither acknowledged nor given back, ascending: the broker numbers what it hands out on a channel. */
  readonly #open = new Set<number>();
  #acknowledged: ConsumeMessage[] = [];
  #flushing = false;

  /** `onLost` gets the number of acknowledgements that found their channel closed: the broker hands those messages out again. */
  constructor(channel: Channel, onLost: (count: number) => void) {
    this.#channel = channel;
    this.#onLost = onLost;
  }

  /** Call it for every message that came on the channel: an acknowledgement of many must not cover one that is left alone. */
  came(message: ConsumeMessage): void {
    this.#open.add(tagOf(message));
  }

  /** Acknowledges at the end of this turn of the event loop: until then a crash brings the message again, as it would just before an ack. */
  ack(message: ConsumeMessage): void {
    this.#open.delete(tagOf(message));
    this.#acknowledged.push(message);
    // Not setImmediate: that is when amqplib writes what it was told in this turn, so a turn would be lost.
    if (!this.#flushing) process.nextTick(() => this.flush());
    this.#flushing = true;
  }

  /** Gives the message back to its queue, at once. Throws when the channel is closed. */
  giveBack(message: ConsumeMessage): void {
    this.#open.delete(tagOf(message));
    this.#channel.nack(message);
  }

  /** Tells the broker now. */
  flush(): void {
    this.#flushing = false;
    const messages = this.#acknowledged;
    this.#acknowledged = [];
    if (messages.length === 0) return;
    try {
      this.#tell(messages);
      probes.acked.publish(messages);
    } catch {
      this.#onLost(messages.length);
    }
  }

  // All up to the first message that is still being handled go by one acknowledgement, those beyond it one by one.
  #tell(messages: readonly ConsumeMessage[]): void {
    const [open = Number.POSITIVE_INFINITY] = this.#open;
    let last: ConsumeMessage | undefined;
    for (const message of messages) {
      if (tagOf(message) > open) this.#channel.ack(message);
      else if (!last || tagOf(message) > tagOf(last)) last = message;
    }
    if (last) this.#channel.ack(last, true);
  }
}

const tagOf = ({ fields }: ConsumeMessage) => fields.deliveryTag;
