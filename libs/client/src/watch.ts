import { io } from 'socket.io-client';
import type { CursorStore } from './cursors.ts';
import { CursorError, TokenError } from './errors.ts';
import { presentToken, type TokenSource } from './token.ts';
import type { Message } from './types.ts';

/** Messages that wait for the loop; behind them the connection waits, and the service keeps the rest. */
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
  /** Called each time the connection stands: from here on (or from the cursor) every message comes. Its error ends the watch. */
  readonly onReady?: () => unknown;
}

type Incoming = Message | { readonly event: 'ready'; readonly cursor: string };
type Step = IteratorResult<Message, undefined>;
const done: Step = { done: true, value: undefined };

/**
 * Live messages, in order, each once, for as long as the loop runs: it comes back by itself after a cut, a restart and the
 * token's end, with the last cursor. A message counts as taken when the loop asks for the next one or is left; a
 * process that dies before gets it again. Throws TokenError and CursorError, and what the cursor store throws.
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
  /** The next one, when it comes; undefined when the watch was ended. Rejects with what ended it otherwise. */
  next(): Promise<Incoming | undefined>;
  close(): void;
}

/** One connection after another, and what came over them. */
function connect({ url, token }: WatchParts, first: string | undefined, { signal, onReady }: WatchOptions): Connection {
  const waiting: Incoming[] = [];
  let cursor = first;
  let end: { readonly error?: unknown } | undefined;
  let refusedTokens = 0;
  let full = false;
  let wake = () => {};

  // No change of transport on the way: one that is cut during it is noticed late.
  const socket = io(url, { transports: ['websocket', 'polling'], tryAllTransports: true, forceNew: true, auth: give });

  function give(answer: (auth: object) => void): void {
    const { engine } = socket.io;
    const isPresent = () => socket.io.engine === engine;
    presentToken(token).then(
      (present) => isPresent() && answer({ token: present, ...(cursor !== undefined && { cursor }) }),
      // Nobody can say who this is at present: as good as no connection, and tried again like one.
      (error) => (error instanceof TokenError ? finish(error) : isPresent() && engine.close()),
    );
  }

  function finish(error?: unknown): void {
    end ??= error === undefined ? {} : { error };
    socket.disconnect();
    wake();
  }

  function comeBack(): void {
    setTimeout(() => {
      if (!end && !socket.active) socket.connect();
    }, againMs);
  }

  function take(event: string, payload: { cursor: string }): void {
    if (end || full) return;
    // What comes behind a full list is not taken: the next connection brings it.
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
      // With a cursor of its own it goes on from there; this one may be older than what waits.
      if (cursor !== undefined) return;
    }
    take(event, { ...payload, cursor: payload.cursor });
  });
  socket.on('disconnect', (reason) => reason === 'io server disconnect' && comeBack());
  socket.on('connect_error', ({ message }) => {
    if (socket.active) return;
    if (message === 'Invalid cursor')
      return finish(new CursorError('cursor-invalid', 'the service refuses the cursor'));
    if (!message.startsWith('Authentication error')) return comeBack();
    // It may have ended on its way: a fresh one is tried once.
    if (++refusedTokens > 1)
      return finish(new TokenError('token-invalid', `the service refuses the token: ${message}`));
    comeBack();
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
