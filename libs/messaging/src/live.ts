import { randomUUID } from 'node:crypto';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { keepChannel } from './channel.ts';
import type { Connection } from './connection.ts';
import { Echo } from './echo.ts';
import type { Log } from './log.ts';
import { mendExchange } from './mend.ts';
import type { ConfirmedPublisher } from './publisher/publisher.ts';
import { reasonOf } from './reason-of.ts';
import { LIVE } from './topology.ts';

const ECHO_MS = 5_000;
/** The type of the message with which an instance tests its own way; other instances know it by this name. */
const ECHO_TYPE = 'probe';

export interface Live {
  /**
   * Sends a hint to every running instance: to this one at once and without the broker, to the others by it. A hint may
   * get lost, the store is the truth. So this waits for nothing and never throws for want of a broker.
   */
  broadcast(json: unknown): void;
}

export interface LiveOptions {
  /** Called whenever this instance receives hints (again): the store has those that were sent before. */
  readonly onReady?: () => void;
}

export interface ManagedLive extends Live {
  /** True while this instance receives hints: its own echo came back. */
  readonly live: boolean;
  /** True while the exchange is not in the broker. A running service declares none: an operator has to. */
  readonly missing: boolean;
  start(): void;
  stop(): void;
}

export interface LiveParts extends LiveOptions {
  readonly connection: Connection;
  readonly publisher: ConfirmedPublisher;
  readonly onMessage: (json: unknown) => void;
  readonly log: Log;
  /** From 0 to 1: spreads the pauses between tries. */
  readonly random: () => number;
  /** How often it looks whether its echo comes back, in ms (default 5,000). */
  readonly echoMs?: number;
}

/**
 * Each instance receives through a queue of its own, which ends with it. The broker tells nobody of an exchange that was
 * deleted and declared again, or of a lost binding. So each instance sends itself an echo, and makes a new queue when one
 * was confirmed and did not come back.
 */
export class LiveHints implements ManagedLive {
  readonly #parts: LiveParts;
  readonly #self = randomUUID();
  readonly #stopping = new AbortController();
  #live = false;
  #missing = false;
  #sending = true;
  #echo: Echo | undefined;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  get live(): boolean {
    return this.#live;
  }

  get missing(): boolean {
    return this.#missing;
  }

  broadcast(json: unknown): void {
    this.#parts.onMessage(json);
    this.#publish(json).then(
      () => this.#sent(true),
      (error) => this.#sent(false, reasonOf(error)),
    );
  }

  start(): void {
    const { connection, log, random } = this.#parts;
    const open = (model: ChannelModel) => model.createChannel();
    const use = (channel: Channel, lost: Promise<void>) => this.#use(channel, lost);
    void keepChannel({ connection, name: 'live', log, random, signal: this.#stopping.signal, open, use });
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #use(channel: Channel, lost: Promise<void>): Promise<boolean> {
    const { onReady, log, echoMs = ECHO_MS } = this.#parts;
    const deaf = Promise.withResolvers<string>();
    await this.#consume(channel, deaf.resolve);
    onReady?.();
    this.#echo = new Echo({ everyMs: echoMs, send: () => this.#publish({}, ECHO_TYPE), onDeaf: deaf.resolve });
    const reason = await Promise.race([lost, deaf.promise]);
    this.#echo.stop();
    this.#live = false;
    if (reason && !this.#stopping.signal.aborted) log.warn('live messages are not heard', { reason });
    return true;
  }

  async #consume(channel: Channel, deaf: (reason: string) => void): Promise<void> {
    const name = `${LIVE}.${randomUUID()}`;
    await channel.assertQueue(name, { exclusive: true, autoDelete: true, durable: false });
    await channel.bindQueue(name, LIVE, '').catch((error) => this.#refused(error));
    this.#missing = false;
    const take = (message: ConsumeMessage | null) => (message ? this.#receive(message) : deaf('its queue was deleted'));
    await channel.consume(name, take, { noAck: true });
  }

  #refused(error: unknown): never {
    const known = this.#missing;
    this.#missing = reasonOf(error).includes('NOT_FOUND');
    if (this.#missing && !known) this.#parts.log.error('exchange is missing', { exchange: LIVE, mend: mendExchange });
    throw error;
  }

  #receive({ content, properties: { headers, type } }: ConsumeMessage): void {
    if (headers?.from === this.#self) {
      this.#echo?.cameBack();
      this.#live = true;
      return;
    }
    if (type === ECHO_TYPE) return;
    try {
      this.#parts.onMessage(JSON.parse(content.toString('utf8')));
    } catch (error) {
      this.#parts.log.warn('live message ignored', { error });
    }
  }

  #publish(json: unknown, type?: string): Promise<void> {
    return this.#parts.publisher.send({
      exchange: LIVE,
      routingKey: '',
      content: Buffer.from(JSON.stringify(json)),
      properties: {
        contentType: 'application/json',
        persistent: false,
        mandatory: false,
        headers: { from: this.#self },
        ...(type && { type }),
      },
    });
  }

  // One line for an outage, however many hints it takes.
  #sent(arrived: boolean, reason?: string): void {
    if (this.#sending && !arrived) this.#parts.log.warn('hints are not sent: other instances read later', { reason });
    this.#sending = arrived;
  }
}
