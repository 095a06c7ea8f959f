import { type CursorStore } from './cursors.js';
import type { TokenSource } from './token.js';
import type { History, Message, NewOrder, Order, OrderPage } from './types.js';
import { type WatchOptions } from './watch.js';
export interface ClientOptions {
    /** Of the gateway: 'https://shop.example'. */ readonly url: string;
    readonly token: TokenSource;
    /** In memory when left out: then a new client hears what comes from now on. */ readonly cursors?: CursorStore;
    /** How long a call is tried in all (default 60 s). */ readonly patienceMs?: number;
}
export interface CallOptions {
    readonly signal?: AbortSignal;
}
/** Calls reject with RefusedError, TokenError, UnansweredError, or the reason of their signal. */ export interface Client {
    /**
   * Answers the order (status 0). `key` is its Idempotency-Key: the same key and order never place a second one. Without it
   * each call has a key of its own, which is the same on every try.
   */ placeOrder(order: NewOrder, options?: CallOptions & {
        readonly key?: string;
    }): Promise<Order>;
    order(id: string, options?: CallOptions): Promise<Order>;
    /** Newest first, `limit` (at most 100, 20 when left out) on a page. */ orders(query?: {
        readonly status?: number;
        readonly limit?: number;
        readonly cursor?: string;
    }, options?: CallOptions): Promise<OrderPage>;
    /** The whole of it, however many pages it has. */ history(id: string, options?: CallOptions): Promise<History>;
    /** Once more answers the same. */ cancelOrder(id: string, reason: string, options?: CallOptions): Promise<Order>;
    /** One loop at a time: two would share a cursor. */ watch(options?: WatchOptions): AsyncIterableIterator<Message>;
}
/** Throws TypeError when the URL is none. Holds nothing open until it is used. */ export declare function createClient(options: ClientOptions): Client;
