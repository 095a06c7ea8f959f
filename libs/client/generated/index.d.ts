export { type CallOptions, type Client, type ClientOptions, createClient } from './client.js';
export { type CursorStore, inMemory } from './cursors.js';
export { ClientError, CursorError, type Problem, RefusedError, TokenError, UnansweredError } from './errors.js';
export type { TokenSource } from './token.js';
export { type Address, type History, type HistoryEntry, type LiveOrder, type LowStock, type Message, type NewOrder, type Order, type OrderPage, type Status, statusLabels } from './types.js';
export type { WatchOptions } from './watch.js';
