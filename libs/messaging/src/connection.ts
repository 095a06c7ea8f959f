import { EventEmitter, once } from 'node:events';
import { type ChannelModel, connect } from 'amqplib';
import { backoff, pause, settledWithin } from './backoff.ts';
import { unreachable, whyUnreachable, withHeartbeat } from './broker-url.ts';
import type { Log } from './log.ts';
import { reasonOf } from './reason-of.ts';
import { surviveUnreadableLabels } from './unreadable-labels.ts';

const HEARTBEAT_SECONDS = 10;
const FIRST_CONNECT_MS = 15_000;
const ATTEMPT_MS = 5_000;
const CLOSE_MS = 2_000;

export interface ConnectionOptions {
  /** The broker, with user, password and vhost. Its heartbeat is 10 s unless the address says otherwise. */
  readonly url: string;
  /** Shown in the management UI: 'orders publish'. */
  readonly name: string;
  readonly log: Log;
  /** From 0 to 1: spreads reconnects. */
  readonly random: () => number;
  /** For how long open() tries, in ms (default 15,000). */
  readonly firstConnectMs?: number;
}

/** One connection to the broker that comes back by itself; keepChannel() opens its channels again. */
export interface Connection {
  /** Rejects with BrokerUnreachableError after a bounded time, at once when the broker refuses the user or vhost. */
  open(): Promise<void>;
  /** Resolves with the connection as soon as there is one; with undefined when the signal ends the wait. */
  ready(signal: AbortSignal): Promise<ChannelModel | undefined>;
  readonly model: ChannelModel | undefined;
  /** True while the broker reads nothing from this connection (memory or disk alarm). */
  readonly blocked: boolean;
  /** Why it isn't back yet, while it is away. */
  readonly trouble: string | undefined;
  /** Gives up this connection and makes a new one: for one that looks open and doesn't work. */
  reset(model: ChannelModel, reason: unknown): void;
  close(): Promise<void>;
}

export class BrokerConnection implements Connection {
  readonly #options: ConnectionOptions;
  readonly #closing = new AbortController();
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #model: ChannelModel | undefined;
  /** Aborting it cuts the connection without a goodbye. */
  #socket = new AbortController();
  #blocked = false;
  #trouble: string | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get model(): ChannelModel | undefined {
    return this.#model;
  }

  get blocked(): boolean {
    return this.#blocked;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  async open(): Promise<void> {
    const { url, random, firstConnectMs = FIRST_CONNECT_MS } = this.#options;
    const deadline = Date.now() + firstConnectMs;
    for (let failures = 0; ; failures++) {
      try {
        return await this.#attempt();
      } catch (error) {
        const wait = backoff(failures, random);
        const why = await whyUnreachable(url, error);
        if (why.refused || Date.now() + wait > deadline) throw unreachable(url, why, error);
        await pause(wait, this.#closing.signal);
      }
    }
  }

  async ready(signal: AbortSignal): Promise<ChannelModel | undefined> {
    while (!this.#model && !signal.aborted) await once(this.#changes, 'open', { signal }).catch(() => undefined);
    return signal.aborted ? undefined : this.#model;
  }

  reset(broken: ChannelModel, reason: unknown): void {
    if (broken !== this.#model) return;
    this.#lost(broken, reasonOf(reason));
    // Everything that waits on it must learn of its end now, and a broker that is stuck answers no goodbye.
    this.#socket.abort();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const last = this.#model;
    this.#model = undefined;
    if (last) await closeWithin(last, this.#socket);
  }

  async #attempt(): Promise<void> {
    const { url, name } = this.#options;
    const socket = new AbortController();
    // Not written in the call: the client's types don't name the signal, which goes to the socket.
    const options = {
      noDelay: true,
      timeout: ATTEMPT_MS,
      clientProperties: { connection_name: name },
      signal: socket.signal,
    };
    const opened = await connect(withHeartbeat(url, HEARTBEAT_SECONDS), options);
    surviveUnreadableLabels(opened);
    this.#watch(opened);
    if (this.#closing.signal.aborted) return closeWithin(opened, socket);
    this.#model = opened;
    this.#trouble = undefined;
    this.#socket = socket;
    this.#changes.emit('open');
  }

  #watch(opened: ChannelModel): void {
    const { name, log } = this.#options;
    let reason: string | undefined;
    const failed = (error: Error) => {
      reason = error.message;
    };
    opened.on('error', failed);
    opened.on('handler-error', failed);
    opened.on('blocked', (why) => {
      this.#blocked = true;
      log.warn('broker blocks publishing', { connection: name, reason: why });
    });
    opened.on('unblocked', () => {
      this.#blocked = false;
      log.info('broker takes publishes again', { connection: name });
    });
    opened.on('close', (error) => this.#lost(opened, reason ?? error?.message));
  }

  // One line when it goes and one when it is back, however long that takes: tries in between are for debugging.
  #lost(gone: ChannelModel, reason: string | undefined): void {
    if (gone !== this.#model) return;
    const { name, log } = this.#options;
    this.#model = undefined;
    this.#blocked = false;
    log.warn('broker connection lost', { connection: name, ...(reason !== undefined && { error: reason }) });
    void this.#reconnect(Date.now());
  }

  async #reconnect(since: number): Promise<void> {
    const { name, log, random } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures++) {
      await pause(backoff(failures, random), signal);
      if (signal.aborted) return;
      try {
        await this.#attempt();
        return log.info('broker connection is back', { connection: name, afterMs: Date.now() - since });
      } catch (error) {
        await this.#tellNotYet(error);
      }
    }
  }

  // A restart of the broker explains no refusal: a refusal is told when it begins, and when its words change.
  async #tellNotYet(error: unknown): Promise<void> {
    const { url, name, log } = this.#options;
    const { reason } = await whyUnreachable(url, error);
    const isNews = /refused:|NOT_ALLOWED|ACCESS-REFUSED/.test(reason) && reason !== this.#trouble;
    this.#trouble = reason;
    const say = isNews ? log.error : log.debug;
    say('broker not reachable yet', { connection: name, error: reason });
  }
}

// A broker that doesn't answer mustn't hold up a stop.
async function closeWithin(model: ChannelModel, socket: AbortController): Promise<void> {
  if (!(await settledWithin(model.close(), CLOSE_MS))) socket.abort();
}
