/**
 * The port: a document is the unit of consistency. State, the events still to be published and the events consumed
 * already are one document, and every operation here is one atomic write of one document.
 */
export interface Document<S> {
  readonly id: string;
  /** Compare-and-set token, changed by every write. A document that was never stored would have 0. */
  readonly rev: number;
  /** Number of events decided for the document: the `sequence` of the last one. */
  readonly version: number;
  readonly state: S;
  /** Events that are not yet known to be with the broker, in the order of their sequence. */
  readonly outbox: readonly OutboxEntry[];
  /** Identities of the events whose effect is in `state`. */
  readonly seen: readonly string[];
}

/** One event as it will be published: `body` is the exact text that `signature` covers. */
export interface OutboxEntry {
  readonly id: string;
  readonly sequence: number;
  /** RFC 3339, UTC: when it was decided. */
  readonly at: string;
  readonly type: string;
  readonly body: string;
  readonly signature: string;
}

/** Names a key of a document; undefined keeps the document out of that index. Must depend on its arguments only. */
export type KeyOf<S> = (state: S, id: string) => string | undefined;

/**
 * Indexes of a collection, by name. One that is new is filled for the documents already there when the collection is
 * opened. A key function that changes its meaning needs a new name: old keys are never computed again.
 */
export interface CollectionSpec<S> {
  readonly indexes?: Readonly<Record<string, KeyOf<S>>>;
  /** No two documents share a key of these; they can be searched like any index. */
  readonly unique?: Readonly<Record<string, KeyOf<S>>>;
}

export interface FindOptions {
  /** Keys that start with this. */
  readonly prefix?: string;
  /** First key wanted, itself included. */
  readonly from?: string;
  /** First key no longer wanted. */
  readonly to?: string;
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
  readonly order?: 'ascending' | 'descending';
}

export interface UnpublishedOptions {
  readonly from?: string;
  readonly before?: string;
  readonly limit: number;
}

export interface Backlog {
  /** How many have something to publish. */
  readonly documents: number;
  /** When the oldest entry was decided, of those that are not ahead. */
  readonly oldestAt?: string;
  /** The earliest time of an entry that lies ahead of the asker's clock: one of the two clocks is or was wrong. */
  readonly aheadAt?: string;
}

export interface Page<S> {
  readonly documents: Document<S>[];
  /** Where the next page starts; absent on the last one. */
  readonly next?: string;
}

/** Every operation may reject with StoreUnavailableError; then the write may or may not have happened. */
export interface Collection<S> {
  readonly name: string;
  get(id: string): Promise<Document<S> | undefined>;
  /**
   * Stores the document as given. Where one with its id is there, changes nothing and resolves with false. Rejects with
   * DuplicateError where another document has one of its unique keys.
   */
  insert(document: Document<S>): Promise<boolean>;
  /** Stores the document as rev + 1 if the stored one still has `document.rev`, else changes nothing and resolves with false. */
  replace(document: Document<S>): Promise<boolean>;
  /** Drops these entries from the outbox, whatever rev the document has. Dropping what is gone is no write. */
  dropPublished(id: string, eventIds: readonly string[]): Promise<void>;
  /** By an index or unique key, or by `id`; in byte order of the keys, ties by id. */
  find(index: string, options: FindOptions): Promise<Page<S>>;
  /** How many documents have a key of that index which starts with the prefix. */
  count(index: string, prefix: string): Promise<number>;
  /** Documents whose outbox holds an entry decided from one time, included, to another, excluded; oldest first. */
  unpublished(options: UnpublishedOptions): Promise<Document<S>[]>;
  /** What all outboxes hold, as stored; `now` is what the clock of the asker says. */
  backlog(now: string): Promise<Backlog>;
  /** False when it changed meanwhile or is gone. Rejects with OutboxNotEmptyError: its events must be published first. */
  delete(document: Document<S>): Promise<boolean>;
}

export interface Store {
  /** Opens a collection, making it and its indexes when they are missing. */
  collection<S>(name: string, spec?: CollectionSpec<S>): Promise<Collection<S>>;
  ping(): Promise<void>;
  /** Waits for writes already asked for. Idempotent. */
  close(): Promise<void>;
}

/** A document before its first write. */
export function newDocument<S>(id: string, state: S): Document<S> {
  return { id, rev: 1, version: 0, state, outbox: [], seen: [] };
}

/**
 * A composite index key: sorts part by part, and no two different lists of parts give the same key. A prefix search
 * for all keys that begin with some parts is `key(...parts, '')`.
 */
export function key(...parts: string[]): string {
  return parts.map(escapePart).join('\u0001');
}

// Separator and escapes sort below everything that is left in a part, so that ['a', 'z'] comes before ['ab', 'a'].
function escapePart(part: string): string {
  return part
    .replaceAll('\u0002', '\u0002\u0005')
    .replaceAll('\u0001', '\u0002\u0004')
    .replaceAll('\u0000', '\u0002\u0003');
}
