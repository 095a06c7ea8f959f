import type { QueueName } from '@order-events/contracts';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { settledWithin } from '../backoff.ts';
import { keepChannel, onOwnChannel } from '../channel.ts';
import type { Connection } from '../connection.ts';
import { BrokerUnreachableError } from '../errors.ts';
import type { Lease } from '../lease.ts';
import type { Log } from '../log.ts';
import { mendMissing } from '../mend.ts';
import type { Processed } from '../outcome.ts';
import { reasonOf } from '../reason-of.ts';
import { ChannelLife, SILENT } from './channel-life.ts';
import { type ConsumerEvent, isSilent, next, type Shown, shown, unsubscribed } from './condition.ts';
import { InFlight } from './in-flight.ts';

const DRAIN_MS = 10_000;
const WATCH_MS = 30_000;
/** For the broker to answer a cancel, and a close. */
const END_MS = 4_000;

export interface ConsumerStatus extends Shown {
  /** Messages that are being processed, the trial message included. */
  readonly inFlight: number;
  /** Since when it has had the oldest message in hand, trial messages apart. */
  readonly oldest?: Date;
}

/** A running subscription. */
export interface Consumer {
  status(): ConsumerStatus;
  /** Messages that wait in the queue, not counting those in flight. Rejects with BrokerUnreachableError. */
  depth(): Promise<number>;
}

export interface ManagedConsumer extends Consumer {
  readonly queue: QueueName;
  /** Resolves once it is live; keeps itself so until stop(). */
  start(): Promise<void>;
  /** Cancels, waits up to 10 s for the handlers that run, acknowledges; the rest goes back to the queue. */
  stop(): Promise<void>;
}

export interface ConsumerOptions {
  readonly connection: Connection;
  readonly queue: QueueName;
  /** How many messages are processed at once. */
  readonly prefetch: number;
  /** Takes one message to its outcome and acknowledges it. A rejection is a bug: the message is given back. */
  readonly process: (message: ConsumeMessage, lease: Lease) => Promise<Processed>;
  readonly log: Log;
  readonly clock: () => Date;
  /** From 0 to 1: spreads the pauses between tries to subscribe. */
  readonly random: () => number;
  /** After how long a silence it subscribes anew, in ms (default 30,000). */
  readonly watchMs?: number;
}

/** Keeps one queue consumed, whatever takes a channel away; condition.ts says how it stands. */
export class QueueConsumer implements ManagedConsumer {
  readonly queue: QueueName;
  readonly #options: ConsumerOptions;
  readonly #stopping = new AbortController();
  readonly #inFlight = new InFlight();
  readonly #firstLive = Promise.withResolvers<void>();
  #condition = unsubscribed;
  #kept: Promise<void> = Promise.resolve();

  constructor(options: ConsumerOptions) {
    this.queue = options.queue;
    this.#options = options;
  }

  async start(): Promise<void> {
    const { connection, log, random } = this.#options;
    this.#kept = keepChannel({
      connection,
      name: `consumer ${this.queue}`,
      log,
      random,
      signal: this.#stopping.signal,
      open: (model: ChannelModel) => model.createChannel(),
      use: (channel, lost) => this.#use(channel, lost),
    });
    await this.#firstLive.promise;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await settledWithin(this.#kept, DRAIN_MS + END_MS);
    await this.#inFlight.drained(DRAIN_MS);
  }

  status(): ConsumerStatus {
    const { count, oldest } = this.#inFlight;
    return { ...this.#shown(), inFlight: count, ...(oldest && { oldest }) };
  }

  async depth(): Promise<number> {
    const { model } = this.#options.connection;
    if (!model) throw new BrokerUnreachableError(`the depth of ${this.queue} is unknown: no connection to the broker`);
    return (await onOwnChannel(model, (channel) => channel.checkQueue(this.queue))).messageCount;
  }

  async #use(channel: Channel, lost: Promise<void>): Promise<boolean> {
    const life = this.#lifeOn(channel, lost);
    await life.begin(this.#width()).catch((error) => this.#refused(error));
    this.#subscribed();
    const reason = await life.over();
    const goesOn = reason === SILENT && this.#options.connection.model !== undefined;
    this.#happened(goesOn ? { is: 'silent', ...this.#now() } : { is: 'lost' });
    if (reason && !goesOn) this.#tellLost(reason);
    await life.end(!reason || goesOn, () => this.#inFlight.drained(DRAIN_MS));
    this.#happened({ is: 'ended' });
    return true;
  }

  #lifeOn(channel: Channel, lost: Promise<void>): ChannelLife {
    const { log, clock, watchMs = WATCH_MS } = this.#options;
    return new ChannelLife({
      channel,
      lost,
      queue: this.queue,
      stopping: this.#stopping.signal,
      log,
      watchMs,
      isSilent: (heard) => isSilent(this.#condition, heard, this.#inFlight.count),
      begin: (message, life) => this.#inFlight.run(message, clock(), () => this.#process(message, life)),
    });
  }

  async #process(message: ConsumeMessage, life: ChannelLife): Promise<void> {
    const lease = life.leaseOn(message, (reason) => this.#pauseFor(message, reason, life));
    try {
      this.#processed(await this.#options.process(message, lease), life);
    } catch (error) {
      // A mistake of ours: the broker counts the return, and moves the message away when there are too many.
      this.#options.log.error('message could not be processed', { queue: this.queue, error: reasonOf(error) });
      lease.giveBack();
    }
  }

  #processed(how: Processed, life: ChannelLife): void {
    const before = this.#width();
    const undecided = how === 'pause' || how === 'returned';
    this.#happened({ is: 'processed', as: undecided ? 'undecided' : how === 'done' ? 'handled' : 'decided' });
    if (this.#width() !== before) void life.take(this.#width());
  }

  /** Stops the flow for a trial message; answers with the function that lets messages flow again. */
  #pauseFor(trial: ConsumeMessage, reason: string, life: ChannelLife): (() => void) | undefined {
    if (this.#condition.flow.is === 'paused' || life.ended.aborted) return undefined;
    this.#inFlight.onTrial(trial);
    this.#happened({ is: 'paused', reason, at: this.#options.clock() });
    void life.take(0);
    return () => this.#resume(life);
  }

  #resume(life: ChannelLife): void {
    if (life.ended.aborted) return;
    this.#happened({ is: 'resumed', at: this.#options.clock() });
    void life.take(this.#width()).then((agreed) => agreed && this.#subscribed());
  }

  #subscribed(): void {
    this.#firstLive.resolve();
    if (!this.#stopping.signal.aborted) this.#happened({ is: 'subscribed', ...this.#now() });
  }

  #refused(error: unknown): never {
    this.#happened({ is: 'refused', missing: reasonOf(error).includes('NOT_FOUND') });
    throw error;
  }

  #happened(event: ConsumerEvent): void {
    const condition = next(this.#condition, event);
    if (condition === this.#condition) return;
    const before = this.#shown();
    this.#condition = condition;
    this.#tell(before, this.#shown());
  }

  // One line when it goes and one when it is back, however many channels and trial messages that takes.
  #tell(before: Shown, after: Shown): void {
    const { log } = this.#options;
    const { queue } = this;
    const { pausedSince } = before;
    if (after.live && !before.live) log.info('consumer is live', { queue, ...(pausedSince && { pausedSince }) });
    if (after.paused && !before.paused) log.warn('consumer paused', { queue, reason: after.paused });
    if (after.missing && !before.missing) log.error('queue is missing', { queue, mend: mendMissing(queue) });
  }

  // The loss of a connection is told once, by the connection.
  #tellLost(reason: string): void {
    const { connection, log } = this.#options;
    const say = connection.model ? log.error : log.debug;
    say('consumer lost', { queue: this.queue, reason });
  }

  #width(): number {
    return this.#condition.oneAtATime ? 1 : this.#options.prefetch;
  }

  #shown(): Shown {
    const { at, connection } = this.#now();
    return shown(this.#condition, at, connection);
  }

  #now() {
    const { clock, connection } = this.#options;
    return { at: clock(), connection: connection.model };
  }
}
