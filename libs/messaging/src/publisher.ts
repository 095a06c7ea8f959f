import type { ChannelModel, ConfirmChannel, Message, Options } from 'amqplib';
import { settledWithin } from './backoff.ts';
import { keepChannel } from './channel.ts';
import type { Connection } from './connection.ts';
import { UnconfirmedError, UnroutableError, UnwritableError } from './errors.ts';
import type { Log } from './log.ts';
import { probes } from './probes.ts';
import { reasonOf } from './reason-of.ts';

const WINDOW = 1_000;
const BACKLOG = 10_000;
const WAIT_MS = 30_000;

export interface OutgoingMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Buffer;
  readonly properties: Options.Publish;
}

export type PublishOutcome = 'confirmed' | 'returned' | 'refused' | 'unknown';

export interface PublisherOptions {
  readonly connection: Connection;
  readonly name: string;
  readonly log: Log;
  readonly random: () => number;
  /** Messages that may wait for their confirm at once. */
  readonly window?: number;
  /** Told once for each message. */
  readonly onOutcome?: (message: OutgoingMessage, outcome: PublishOutcome) => void;
}

export interface ConfirmedPublisher {
  /**
   * Resolves once the broker has confirmed the message and not returned it. Rejects with UnroutableError (returned),
   * UnwritableError (nobody will ever send it), or UnconfirmedError: `refused` when it certainly isn't there, `unknown` when the confirm was lost. Without a
   * connection it waits up to 30 s to leave; behind a blocked broker, until that unblocks.
   */
  send(message: OutgoingMessage): Promise<void>;
  readonly pending: number;
  start(): void;
  /** Takes no more, waits for what is pending up to the bound, then rejects the rest. */
  stop(boundMs: number): Promise<void>;
}

interface Pending {
  readonly message: OutgoingMessage;
  /** When it last moved: taken, then written. */
  since: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  returned: boolean;
}

export function createPublisher(options: PublisherOptions): ConfirmedPublisher {
  const { connection, name, log, random, window = WINDOW, onOutcome = () => undefined } = options;
  // Both keep the order of arrival, so the first one of each is its oldest.
  const waiting = new Set<Pending>();
  const unconfirmed = new Set<Pending>();
  const closing = new AbortController();
  let channel: ConfirmChannel | undefined;
  let writable = true;
  let stopping = false;
  let worked = false;
  let watchdog: NodeJS.Timeout | undefined;
  let emptied: (() => void) | undefined;
  let giveUpChannel: (() => void) | undefined;

  function send(message: OutgoingMessage): Promise<void> {
    if (stopping) return refuse(message, 'the publisher is stopping');
    if (waiting.size >= BACKLOG) return refuse(message, `${BACKLOG} messages wait to be published`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.add({ message, since: Date.now(), resolve, reject, returned: false });
    watchdog ??= setInterval(giveUpOld, 1_000).unref();
    pump();
    return promise;
  }

  function refuse(message: OutgoingMessage, reason: string): Promise<void> {
    onOutcome(message, 'refused');
    return Promise.reject(new UnconfirmedError('refused', `not published: ${reason}`));
  }

  function pump(): void {
    for (const next of waiting) {
      if (!channel || !writable || unconfirmed.size >= window) return;
      write(channel, next);
    }
  }

  function write(to: ConfirmChannel, next: Pending): void {
    const { exchange, routingKey, content, properties } = next.message;
    try {
      const confirm = (error: unknown) => settle(next, error);
      writable = to.publish(
        exchange,
        routingKey,
        content,
        { mandatory: true, persistent: true, ...properties },
        confirm,
      );
      waiting.delete(next);
      unconfirmed.add(next);
      next.since = Date.now();
      probes.sent.publish(next.message);
    } catch (error) {
      // Nothing has left. A closed channel gets a successor; anything else is this message's own fault.
      if ((error as { name?: unknown }).name === 'IllegalOperationError') drop();
      else finish(next, 'refused', new UnwritableError(`not published: ${reasonOf(error)}`, { cause: error }));
    }
  }

  // A confirm comes after the return of the same message, never before.
  function settle(pending: Pending, error: unknown): void {
    const { exchange, routingKey } = pending.message;
    if (pending.returned) finish(pending, 'returned', new UnroutableError(exchange, routingKey));
    else if (!error) finish(pending, 'confirmed');
    else if (reasonOf(error) === 'message nacked') fail(pending, 'refused', 'the broker refused the message', error);
    else fail(pending, 'unknown', 'the connection was lost before the broker confirmed', error);
    worked ||= !error;
    pump();
  }

  function fail(pending: Pending, fate: 'refused' | 'unknown', reason: string, cause?: unknown): void {
    finish(pending, fate, new UnconfirmedError(fate, reason, { cause }));
  }

  function finish(pending: Pending, outcome: PublishOutcome, error?: Error): void {
    if (!waiting.delete(pending) && !unconfirmed.delete(pending)) return;
    onOutcome(pending.message, outcome);
    if (error) pending.reject(error);
    else pending.resolve();
    if (waiting.size + unconfirmed.size === 0) rest();
  }

  function rest(): void {
    clearInterval(watchdog);
    watchdog = undefined;
    emptied?.();
  }

  // Two copies of one message to one place can't be told apart, so a return fails both: sending again is harmless.
  function onReturn({ fields, properties }: Message): void {
    for (const pending of unconfirmed) {
      const { exchange, routingKey, properties: sent } = pending.message;
      const same =
        exchange === fields.exchange && routingKey === fields.routingKey && sent.messageId === properties.messageId;
      if (same) pending.returned = true;
    }
  }

  function giveUpOld(): void {
    const before = Date.now() - WAIT_MS;
    for (const pending of waiting) {
      if (pending.since > before) break;
      fail(pending, 'refused', 'not published: the broker took nothing for 30 s');
    }
    const [oldest] = unconfirmed;
    const model = connection.model;
    // Silence without a stated block: the connection only looks alive. Losing it settles all that wait on it.
    if (oldest && oldest.since < before && !connection.blocked && model) connection.reset(model, 'no confirm for 30 s');
  }

  function drop(): void {
    channel = undefined;
    giveUpChannel?.();
  }

  async function use(opened: ConfirmChannel, lost: Promise<void>): Promise<boolean> {
    opened.on('return', onReturn);
    opened.on('drain', () => {
      writable = true;
      pump();
    });
    const { promise: givenUp, resolve } = Promise.withResolvers<void>();
    giveUpChannel = resolve;
    channel = opened;
    writable = true;
    worked = false;
    pump();
    await Promise.race([lost, givenUp]);
    channel = undefined;
    return worked;
  }

  return {
    send,
    get pending() {
      return waiting.size + unconfirmed.size;
    },
    start() {
      const open = (model: ChannelModel) => model.createConfirmChannel();
      void keepChannel({ connection, name, log, random, signal: closing.signal, open, use });
    },
    async stop(boundMs) {
      stopping = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      emptied = resolve;
      if (waiting.size + unconfirmed.size > 0) await settledWithin(promise, boundMs);
      closing.abort();
      for (const pending of waiting) fail(pending, 'refused', 'not published: the publisher stopped');
      for (const pending of unconfirmed) fail(pending, 'unknown', 'stopped before the broker confirmed');
      drop();
    },
  };
}
