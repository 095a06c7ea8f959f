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
  readonly url: string;
  /** Shown in the management UI: 'orders publish'. */
  readonly name: string;
  readonly log: Log;
  readonly random: () => number;
  readonly firstConnectMs?: number;
}

/** One connection to the broker that comes back by itself; what ran over it is opened again by keepChannel(). */
export interface Connection {
  /** Rejects with BrokerUnreachableError after a bounded time, at once when the broker refuses the user or vhost. */
  open(): Promise<void>;
  /** The connection, as soon as there is one; undefined when the signal ends the wait. */
  ready(signal: AbortSignal): Promise<ChannelModel | undefined>;
  readonly model: ChannelModel | undefined;
  /** The broker reads nothing from this connection at present (memory or disk alarm). */
  readonly blocked: boolean;
  /** Why it isn't back yet, while it is away. */
  readonly trouble: string | undefined;
  /** Gives up this connection and makes a new one: for one that looks open and doesn't work. */
  reset(model: ChannelModel, reason: unknown): void;
  close(): Promise<void>;
}

export function createConnection({ url, name, log, random, firstConnectMs }: ConnectionOptions): Connection {
  const closing = new AbortController();
  const changes = new EventEmitter().setMaxListeners(0);
  let model: ChannelModel | undefined;
  let socket = new AbortController();
  let blocked = false;
  let trouble: string | undefined;

  async function attempt(): Promise<void> {
    const cut = new AbortController();
    const options = {
      noDelay: true,
      timeout: ATTEMPT_MS,
      clientProperties: { connection_name: name },
      signal: cut.signal,
    };
    const opened = await connect(withHeartbeat(url, HEARTBEAT_SECONDS), options);
    surviveUnreadableLabels(opened);
    watch(opened);
    if (closing.signal.aborted) return closeWithin(opened, cut);
    model = opened;
    trouble = undefined;
    socket = cut;
    changes.emit('open');
  }

  function watch(opened: ChannelModel): void {
    let reason: string | undefined;
    const failed = (error: Error) => {
      reason = error.message;
    };
    opened.on('error', failed);
    opened.on('handler-error', failed);
    opened.on('blocked', (reason) => {
      blocked = true;
      log.warn('broker blocks publishing', { connection: name, reason });
    });
    opened.on('unblocked', () => {
      blocked = false;
      log.info('broker takes publishes again', { connection: name });
    });
    opened.on('close', (error) => lost(opened, reason ?? error?.message));
  }

  // One line when it goes and one when it is back, however long that takes: what is tried meanwhile is for debugging.
  function lost(gone: ChannelModel, reason: string | undefined): void {
    if (gone !== model) return;
    model = undefined;
    blocked = false;
    log.warn('broker connection lost', { connection: name, ...(reason !== undefined && { error: reason }) });
    void reconnect(Date.now());
  }

  async function reconnect(since: number): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; failures++) {
      await pause(backoff(failures, random), closing.signal);
      if (closing.signal.aborted) return;
      try {
        await attempt();
        return log.info('broker connection is back', { connection: name, afterMs: Date.now() - since });
      } catch (error) {
        await notYet(error);
      }
    }
  }

  // A refusal is nothing that a restart of the broker explains: it is told when it begins, and when its words change.
  async function notYet(error: unknown): Promise<void> {
    const { reason } = await whyUnreachable(url, error);
    const say = /refused:|NOT_ALLOWED|ACCESS-REFUSED/.test(reason) && reason !== trouble ? log.error : log.debug;
    trouble = reason;
    say('broker not reachable yet', { connection: name, error: reason });
  }

  async function open(): Promise<void> {
    const deadline = Date.now() + (firstConnectMs ?? FIRST_CONNECT_MS);
    for (let failures = 0; ; failures++) {
      try {
        return await attempt();
      } catch (error) {
        const wait = backoff(failures, random);
        const why = await whyUnreachable(url, error);
        if (why.refused || Date.now() + wait > deadline) throw unreachable(url, why, error);
        await pause(wait, closing.signal);
      }
    }
  }

  return {
    open,
    async ready(signal) {
      while (!model && !signal.aborted) await once(changes, 'open', { signal }).catch(() => undefined);
      return signal.aborted ? undefined : model;
    },
    get model() {
      return model;
    },
    get blocked() {
      return blocked;
    },
    get trouble() {
      return trouble;
    },
    reset(broken, reason) {
      if (broken !== model) return;
      lost(broken, reasonOf(reason));
      // Without a goodbye: what waits on it must learn of its end now, and a broker that is stuck answers none.
      socket.abort();
    },
    async close() {
      closing.abort();
      const last = model;
      model = undefined;
      if (last) await closeWithin(last, socket);
    },
  };
}

// A broker that doesn't answer mustn't hold up a stop.
async function closeWithin(model: ChannelModel, socket: AbortController): Promise<void> {
  if (!(await settledWithin(model.close(), CLOSE_MS))) socket.abort();
}
