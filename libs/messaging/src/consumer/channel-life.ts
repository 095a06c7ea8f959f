import type { Channel, ConsumeMessage } from 'amqplib';
import { settledWithin } from '../backoff.ts';
import type { Lease } from '../lease.ts';
import type { Log } from '../log.ts';
import { reasonOf } from '../reason-of.ts';
import { Acks } from './acks.ts';
import { Tag } from './tag.ts';

const ANSWER_MS = 2_000;
/**
 * Silence can mean that the broker forgot this consumer and told nobody. RabbitMQ 3.10 even subscribes it by itself to a
 * queue that was deleted and declared again at once, hands it messages that never arrive, and counts it as a consumer.
 */
export const SILENT = 'no message for a while';

export interface LifeOptions {
  readonly channel: Channel;
  /** Resolves when the channel is closed. */
  readonly lost: Promise<void>;
  readonly queue: string;
  /** Aborted when the consumer stops. */
  readonly stopping: AbortSignal;
  readonly log: Log;
  /** How often the life looks whether messages came, in ms. */
  readonly watchMs: number;
  /** Whether a look at which no message had come (`heard` false) means that the broker forgot this consumer. */
  readonly isSilent: (heard: boolean) => boolean;
  /** Starts to process a message; called for all messages of one turn of the event loop together. */
  readonly begin: (message: ConsumeMessage, life: ChannelLife) => void;
}

/**
 * One life of a consumer: begin() subscribes on a channel, over() waits until the broker, the channel or this process
 * gives up, end() ends it. After end() nothing can be acknowledged on it: the broker hands its messages out again.
 */
export class ChannelLife {
  readonly #options: LifeOptions;
  readonly #ended = new AbortController();
  readonly #acks: Acks;
  readonly #tag: Tag;
  #arrived: ConsumeMessage[] = [];
  #heard = false;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.#acks = new Acks(options.channel, (count) => this.#warnOfRedelivery(count));
    this.#tag = new Tag(options.channel, options.queue, (message) => this.#arrive(message));
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Takes so many messages at once. Rejects when the broker refuses. Messages may arrive before it resolves. */
  async begin(count: number): Promise<void> {
    await this.#tag.take(count);
    this.#options.lost.then(() => this.#tag.withdraw('its channel was closed'));
  }

  /** Takes so many messages at once from now on, 0 for none. Resolves with whether the broker agreed; else the life is over. */
  async take(count: number): Promise<boolean> {
    if (this.#options.stopping.aborted) return false;
    try {
      await this.#tag.take(count);
      return true;
    } catch (error) {
      this.#tag.withdraw(reasonOf(error));
      return false;
    }
  }

  /** Resolves with the reason why no more messages come; with undefined when the consumer stops. */
  async over(): Promise<string | undefined> {
    const watchdog = setInterval(() => this.#watch(), this.#options.watchMs).unref();
    const reason = await Promise.race([this.#tag.withdrawn, this.#stopped()]);
    clearInterval(watchdog);
    return reason;
  }

  /** Ends this life once `drained` resolves or the channel is closed. `cancel`: the broker still listens, and is told first. */
  async end(cancel: boolean, drained: () => Promise<void>): Promise<void> {
    if (cancel) {
      await settledWithin(this.#tag.take(0), ANSWER_MS);
      this.#beginArrived();
    }
    await Promise.race([this.#options.lost, drained()]);
    this.#acks.flush();
    this.#ended.abort();
  }

  /** The right to acknowledge a message of this life. */
  leaseOn(message: ConsumeMessage, pause: Lease['pause']): Lease {
    return {
      ended: this.ended,
      closing: this.#options.stopping,
      ack: () => this.#acks.ack(message),
      giveBack: () => this.#giveBack(message),
      pause,
    };
  }

  // An idle consumer begins a life every 30 s: none may leave its listener on the signal of the stop.
  async #stopped(): Promise<undefined> {
    const { stopping } = this.#options;
    if (stopping.aborted) return;
    await new Promise((resolve) => stopping.addEventListener('abort', resolve, { signal: this.ended }));
  }

  #arrive(message: ConsumeMessage): void {
    this.#acks.came(message);
    this.#heard = true;
    if (this.#arrived.push(message) === 1) setImmediate(() => this.#beginArrived());
  }

  // What arrives in one turn of the event loop begins together, so that it ends together: one commit, one acknowledgement.
  #beginArrived(): void {
    for (const message of this.#arrived.splice(0)) {
      // A message that isn't begun goes back with the channel.
      if (this.#options.stopping.aborted || this.ended.aborted) return;
      this.#options.begin(message, this);
    }
  }

  // A message is proof of life. Without one the consumer subscribes anew, on a channel of which the broker keeps no old picture.
  #watch(): void {
    if (this.#options.isSilent(this.#heard)) this.#tag.withdraw(SILENT);
    this.#heard = false;
  }

  #giveBack(message: ConsumeMessage): void {
    try {
      this.#acks.giveBack(message);
    } catch {
      this.#warnOfRedelivery(1);
    }
  }

  #warnOfRedelivery(count: number): void {
    const { log, queue } = this.#options;
    log.warn('messages come again: their channel was gone before they could be acknowledged', { queue, count });
  }
}
