import { type CursorStore, inMemory } from './cursors.ts';
import { createSend } from './request.ts';
import type { TokenSource } from './token.ts';
import type { History, HistoryEntry, Message, NewOrder, Order, OrderPage } from './types.ts';
import { type WatchOptions, watch } from './watch.ts';

export interface ClientOptions {
  /** URL of the gateway: 'https://shop.example'. */
  readonly url: string;
  readonly token: TokenSource;
  /** Default: in memory, so that a new client gets new messages only. */
  readonly cursors?: CursorStore;
  /** How long a call is retried in all, in milliseconds (default 60 s). */
  readonly patienceMs?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Calls reject with RefusedError, TokenError, UnansweredError, or the reason of their signal. */
export interface Client {
  /**
   * Resolves with the order (status 0). `key` is its Idempotency-Key: the same key and order never place a second one. By
   * default each call has a key of its own, the same on every try.
   */
  placeOrder(order: NewOrder, options?: CallOptions & { readonly key?: string }): Promise<Order>;
  order(id: string, options?: CallOptions): Promise<Order>;
  /** Newest first, `limit` (at most 100, default 20) on a page. */
  orders(
    query?: { readonly status?: number; readonly limit?: number; readonly cursor?: string },
    options?: CallOptions,
  ): Promise<OrderPage>;
  /** The whole history: all its pages. */
  history(id: string, options?: CallOptions): Promise<History>;
  /** A repeated call resolves with the same order. */
  cancelOrder(id: string, reason: string, options?: CallOptions): Promise<Order>;
  /** One loop at a time: two would share a cursor. */
  watch(options?: WatchOptions): AsyncIterableIterator<Message>;
}

/** Throws TypeError for an invalid URL. Opens no connection before its first use. */
export function createClient(options: ClientOptions): Client {
  const { token, cursors = inMemory(), patienceMs = 60_000 } = options;
  const url = new URL(options.url).href.replace(/\/$/, '');
  const send = createSend({ url, token, patienceMs });
  const orderPath = (id: string) => `/api/v1/orders/${encodeURIComponent(id)}`;

  async function history(id: string, { signal }: CallOptions = {}): Promise<History> {
    const events: HistoryEntry[] = [];
    for (let cursor: string | undefined | null; ; ) {
      const query = cursor ? `?cursor=${encodeURIComponent(cursor)}` : '';
      const page = await send<History & { nextCursor?: string | null }>({
        path: `${orderPath(id)}/events${query}`,
        signal,
      });
      events.push(...page.events);
      cursor = page.nextCursor;
      if (!cursor) return { events, count: page.count };
    }
  }

  return {
    placeOrder: (order, { key = randomKey(), signal } = {}) =>
      send({ method: 'POST', path: '/api/v1/orders', body: JSON.stringify(order), key, signal }),
    order: (id, { signal } = {}) => send({ path: orderPath(id), signal }),
    orders: (query = {}, { signal } = {}) => send({ path: `/api/v1/orders${queryOf(query)}`, signal }),
    history,
    cancelOrder: (id, reason, { signal } = {}) =>
      send({ method: 'POST', path: `${orderPath(id)}/cancel`, body: JSON.stringify({ reason }), signal }),
    watch: (chosen) => watch({ url, token, cursors }, chosen),
  };
}

function queryOf(query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

// A browser has randomUUID only where the page came over HTTPS.
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
