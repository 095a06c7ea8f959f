export { type CallOptions, type Client, type ClientOptions, createClient } from './client.ts';
export { type CursorStore, inMemory } from './cursors.ts';
export {
  ClientError,
  CursorError,
  type Problem,
  RefusedError,
  TokenError,
  UnansweredError,
} from './errors.ts';
export type { TokenSource } from './token.ts';
export {
  type Address,
  type History,
  type HistoryEntry,
  type LiveOrder,
  type LowStock,
  type Message,
  type NewOrder,
  type Order,
  type OrderPage,
  type Status,
  statusLabels,
} from './types.ts';
export type { WatchOptions } from './watch.ts';
