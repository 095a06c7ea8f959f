import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { settledWithin } from '../backoff.ts';
import { keepChannel } from '../channel.ts';
import type { Connection } from '../connection.ts';
import { UnconfirmedError, UnwritableError } from '../errors.ts';
import type { Log } from '../log.ts';
import { probes } from '../probes.ts';
import { reasonOf } from '../reason-of.ts';
import { errorOf, type OutgoingMessage, outcomeOfAnswer, type PublishOutcome } from './outgoing.ts';
import { type Pending, PendingMessages } from './pending.ts';
import { PublishingLife } from './publishing-life.ts';

const WINDOW = 1_000;
const BACKLOG = 10_000;
const WAIT_MS = 30_000;
const WATCH_MS = 1_000;

export interface PublisherOptions {
  readonly connection: Connection;
  /** For log lines: 'events', 'copies'. */
  readonly name: string;
  readonly log: Log;
  /** From 0 to 1: spreads the pauses between tries to open a channel. */
  readonly random: () => number;
  /** How many messages may wait for their confirm at once (default 1,000). */
  readonly window?: number;
  /** Called once for each message. */
  readonly onOutcome?: (message: OutgoingMessage, outcome: PublishOutcome) => void;
}

export interface ConfirmedPublisher {
  /**
   * Resolves once the broker has confirmed the message and not returned it. Rejects with UnroutableError (returned),
   * UnwritableError (no try will ever succeed), or UnconfirmedError: `refused` when the broker certainly does not have it,
   * `unknown` when the confirm was lost. Without a connection a message waits up to 30 s to leave; behind a blocked
   * broker, until that unblocks. The 10,001st message that waits is refused at once.
   */
  send(message: OutgoingMessage): Promise<void>;
  /** How many messages wait to leave, or for their confirm. */
  readonly pending: number;
  start(): void;
  /** Takes no more messages, waits up to so many ms for those that are pending, then rejects the rest. */
  stop(boundMs: number): Promise<void>;
}

/** Publishes over one channel at a time; publishing-life.ts is one of them. */
export class BrokerPublisher implements ConfirmedPublisher {
  readonly #options: PublisherOptions;
  readonly #messages = new PendingMessages();
  readonly #closing = new AbortController();
  readonly #emptied = Promise.withResolvers<void>();
  #life: PublishingLife | undefined;
  #stopping = false;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  get pending(): number {
    return this.#messages.count;
  }

  send(message: OutgoingMessage): Promise<void> {
    if (this.#stopping) return this.#refuse(message, 'the publisher is stopping');
    if (this.#messages.waiting.size >= BACKLOG)
      return this.#refuse(message, `${BACKLOG} messages wait to be published`);
    const answered = this.#messages.add(message);
    this.#watchdog ??= setInterval(() => this.#giveUpOld(), WATCH_MS).unref();
    this.#pump();
    return answered;
  }

  start(): void {
    const { connection, name, log, random } = this.#options;
    const open = (model: ChannelModel) => model.createConfirmChannel();
    const use = (channel: ConfirmChannel, lost: Promise<void>) => this.#use(channel, lost);
    void keepChannel({ connection, name, log, random, signal: this.#closing.signal, open, use });
  }

  async stop(boundMs: number): Promise<void> {
    this.#stopping = true;
    if (this.pending > 0) await settledWithin(this.#emptied.promise, boundMs);
    this.#closing.abort();
    const { waiting, unconfirmed } = this.#messages;
    for (const pending of waiting) this.#fail(pending, 'refused', 'not published: the publisher stopped');
    for (const pending of unconfirmed) this.#fail(pending, 'unknown', 'stopped before the broker confirmed');
    this.#life?.giveUp();
  }

  async #use(channel: ConfirmChannel, lost: Promise<void>): Promise<boolean> {
    const life = new PublishingLife(channel, {
      onReturn: (message) => this.#messages.markReturned(message),
      onDrain: () => this.#pump(),
    });
    this.#life = life;
    this.#pump();
    await life.over(lost);
    this.#life = undefined;
    return life.worked;
  }

  #pump(): void {
    const { window = WINDOW } = this.#options;
    for (const next of this.#messages.waiting) {
      if (!this.#life?.writable || this.#messages.unconfirmed.size >= window) return;
      this.#write(next, this.#life);
    }
  }

  #write(next: Pending, life: PublishingLife): void {
    try {
      life.write(next.message, (error) => this.#answered(next, life, error));
      this.#messages.written(next);
      probes.sent.publish(next.message);
    } catch (error) {
      // Nothing has left. A closed channel gets a successor; every other error is this message's own fault.
      if ((error as { name?: unknown }).name === 'IllegalOperationError') this.#giveUp(life);
      else this.#finish(next, 'refused', new UnwritableError(`not published: ${reasonOf(error)}`, { cause: error }));
    }
  }

  #giveUp(life: PublishingLife): void {
    this.#life = undefined;
    life.giveUp();
  }

  #answered(pending: Pending, life: PublishingLife, error: unknown): void {
    const outcome = outcomeOfAnswer(error, pending.returned);
    this.#finish(pending, outcome, errorOf(outcome, pending.message, error));
    if (!error) life.worked = true;
    this.#pump();
  }

  #finish(pending: Pending, outcome: PublishOutcome, error?: Error): void {
    if (!this.#messages.remove(pending)) return;
    this.#options.onOutcome?.(pending.message, outcome);
    if (error) pending.reject(error);
    else pending.resolve();
    if (this.pending === 0) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#watchdog);
    this.#watchdog = undefined;
    if (this.#stopping) this.#emptied.resolve();
  }

  #refuse(message: OutgoingMessage, reason: string): Promise<void> {
    this.#options.onOutcome?.(message, 'refused');
    return Promise.reject(new UnconfirmedError('refused', `not published: ${reason}`));
  }

  #fail(pending: Pending, fate: 'refused' | 'unknown', reason: string): void {
    this.#finish(pending, fate, new UnconfirmedError(fate, reason));
  }

  #giveUpOld(): void {
    const { connection } = this.#options;
    const before = Date.now() - WAIT_MS;
    for (const pending of this.#messages.waiting) {
      if (pending.since > before) break;
      this.#fail(pending, 'refused', 'not published: the broker took nothing for 30 s');
    }
    const [oldest] = this.#messages.unconfirmed;
    const { model } = connection;
    // Silence without a stated block: the connection only looks alive. With its loss all that wait on it are answered.
    if (oldest && oldest.since < before && !connection.blocked && model) connection.reset(model, 'no confirm for 30 s');
  }
}
