import { type CursorStore } from './cursors.js';
import type { TokenSource } from './token.js';
import type { History, Message, NewOrder, Order, OrderPage } from './types.js';
import { type WatchOptions } from './watch.js';
export interface ClientOptions {
    /** URL of the gateway: 'https://shop.example'. */ readonly url: string;
    readonly token: TokenSource;
    /** Default: in memory, so that a new client gets new messages only. */ readonly cursors?: CursorStore;
    /** How long a call is retried in all, in milliseconds (default 60 s). */ readonly patienceMs?: number;
}
export interface CallOptions {
    readonly signal?: AbortSignal;
}
/** Calls reject with RefusedError, TokenError, UnansweredError, or the reason of their signal. */ export interface Client {
    /**
   * Resolves with the order (status 0). `key` is its Idempotency-Key: the same key and order never place a second one. By
   * default each call has a key of its own, the same on every try.
   */ placeOrder(order: NewOrder, options?: CallOptions & {
        readonly key?: string;
    }): Promise<Order>;
    order(id: string, options?: CallOptions): Promise<Order>;
    /** Newest first, `limit` (at most 100, default 20) on a page. */ orders(query?: {
        readonly status?: number;
        readonly limit?: number;
        readonly cursor?: string;
    }, options?: CallOptions): Promise<OrderPage>;
    /** The whole history: all its pages. */ history(id: string, options?: CallOptions): Promise<History>;
    /** A repeated call resolves with the same order. */ cancelOrder(id: string, reason: string, options?: CallOptions): Promise<Order>;
    /** One loop at a time: two would share a cursor. */ watch(options?: WatchOptions): AsyncIterableIterator<Message>;
}
/** Throws TypeError for an invalid URL. Opens no connection before its first use. */ export declare function createClient(options: ClientOptions): Client;
