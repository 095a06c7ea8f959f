import { io } from 'socket.io-client';
import type { CursorStore } from './cursors.ts';
import { CursorError, TokenError } from './errors.ts';
import { presentToken, type TokenSource } from './token.ts';
import type { Message } from './types.ts';

/** The most messages that wait for the loop. Then the client disconnects, and the service keeps the rest. */
const mostWaiting = 1_000;
const againMs = 1_000;

export interface WatchParts {
  readonly url: string;
  readonly token: TokenSource;
  readonly cursors: CursorStore;
}

export interface WatchOptions {
  /** Ends the watch; the loop ends without an error. */
  readonly signal?: AbortSignal;
  /** Called each time the connection is ready: from then on, or from the cursor, every message comes. Its error ends the watch. */
  readonly onReady?: () => unknown;
}

type Incoming = Message | { readonly event: 'ready'; readonly cursor: string };
type Step = IteratorResult<Message, undefined>;
const done: Step = { done: true, value: undefined };

/**
 * Live messages, in order, each once, for as long as the loop runs. It reconnects by itself, with the last cursor, after a
 * lost connection, a restart and the end of its token. A message counts as taken when the loop requests the next one or
 * ends; a process that dies before gets it again. Throws TokenError, CursorError, and errors of the cursor store.
 */
export function watch(parts: WatchParts, options: WatchOptions = {}): AsyncIterableIterator<Message> {
  const { cursors } = parts;
  let connection: Connection | undefined;
  let inHand: string | undefined;
  let ended = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function step(): Promise<Step> {
    try {
      await taken();
      const cursor = connection ? undefined : await cursors.load();
      if (ended) return done;
      connection ??= connect(parts, cursor ?? undefined, options);
      for (;;) {
        const next = await connection.next();
        if (!next) return end();
        inHand = next.cursor;
        if (next.event !== 'ready') return { done: false, value: next };
        await taken();
      }
    } catch (error) {
      await end();
      throw error;
    }
  }

  async function taken(): Promise<void> {
    const cursor = inHand;
    inHand = undefined;
    if (cursor !== undefined) await cursors.save(cursor);
  }

  async function end(): Promise<Step> {
    ended = true;
    connection?.close();
    await taken();
    return done;
  }

  return {
    next() {
      const next = turn.then(step);
      turn = next.catch(() => undefined);
      return next;
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

interface Connection {
  /** The next message; undefined when the watch was ended. Rejects with the error that ended it. */
  next(): Promise<Incoming | undefined>;
  close(): void;
}

/** One connection after another, and their messages. */
function connect({ url, token }: WatchParts, first: string | undefined, { signal, onReady }: WatchOptions): Connection {
  const waiting: Incoming[] = [];
  let cursor = first;
  let end: { readonly error?: unknown } | undefined;
  let refusedTokens = 0;
  let full = false;
  let wake = () => {};

  // No later change of transport: a connection lost during one is noticed late.
  const socket = io(url, { transports: ['websocket', 'polling'], tryAllTransports: true, forceNew: true, auth: give });

  function give(answer: (auth: object) => void): void {
    const { engine } = socket.io;
    const isPresent = () => socket.io.engine === engine;
    presentToken(token).then(
      (present) => isPresent() && answer({ token: present, ...(cursor !== undefined && { cursor }) }),
      // The token source failed: handled as a lost connection, so it is called again.
      (error) => (error instanceof TokenError ? finish(error) : isPresent() && engine.close()),
    );
  }

  function finish(error?: unknown): void {
    end ??= error === undefined ? {} : { error };
    socket.disconnect();
    wake();
  }

  function reconnect(): void {
    setTimeout(() => {
      if (!end && !socket.active) socket.connect();
    }, againMs);
  }

  function take(event: string, payload: { cursor: string }): void {
    if (end || full) return;
    // Messages behind a full list are not taken: the next connection brings them.
    if (waiting.length >= mostWaiting) {
      full = true;
      return void socket.disconnect();
    }
    cursor = payload.cursor;
    waiting.push({ ...payload, event } as Incoming);
    wake();
  }

  socket.onAny((event: string, payload: { cursor?: unknown } | undefined) => {
    if (typeof payload?.cursor !== 'string') return;
    if (event === 'ready') {
      refusedTokens = 0;
      void (async () => onReady?.())().catch(finish);
      // The client's own cursor counts: this one may be older than the waiting messages.
      if (cursor !== undefined) return;
    }
    take(event, { ...payload, cursor: payload.cursor });
  });
  socket.on('disconnect', (reason) => reason === 'io server disconnect' && reconnect());
  socket.on('connect_error', ({ message }) => {
    if (socket.active) return;
    if (message === 'Invalid cursor')
      return finish(new CursorError('cursor-invalid', 'the service refuses the cursor'));
    if (!message.startsWith('Authentication error')) return reconnect();
    // The token may have expired on its way: a new one is tried once.
    if (++refusedTokens > 1)
      return finish(new TokenError('token-invalid', `the service refuses the token: ${message}`));
    reconnect();
  });
  const abort = () => finish();
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) finish();

  return {
    async next(): Promise<Incoming | undefined> {
      if (full && waiting.length === 0) {
        full = false;
        socket.connect();
      }
      while (waiting.length === 0 && !end) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (waiting.length === 0 && end && 'error' in end) throw end.error;
      return end && !('error' in end) ? undefined : waiting.shift();
    },
    close(): void {
      signal?.removeEventListener('abort', abort);
      finish();
    },
  };
}
