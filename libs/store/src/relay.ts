import type { Collection, Document, OutboxEntry } from './collection.ts';

/** The logger this lib asks for. */
export interface Log {
  debug(phrase: string, fields?: object): void;
  info(phrase: string, fields?: object): void;
  warn(phrase: string, fields?: object): void;
  error(phrase: string, fields?: object): void;
}

export interface RelayOptions {
  /** Resolves when the broker has confirmed the entry, rejects in every other case. */
  readonly publish: (entry: OutboxEntry) => Promise<void>;
  readonly log: Log;
  readonly clock?: () => Date;
}

/**
 * Publishes what documents said: each document's outbox in order, one unconfirmed entry per document, many documents
 * at once. An entry leaves the outbox only after its confirm, so a crash repeats an entry and never loses one.
 */
export interface Relay {
  /** Wakes the relay for a document that was just stored. */
  committed<S>(collection: Collection<S>, document: Document<S>): void;
  /** Ids of entries that are confirmed and not yet dropped from the stored outbox: the next write may leave them out. */
  confirmed<S>(collection: Collection<S>, id: string): ReadonlySet<string>;
  /** Includes the collection in sweep() and oldestAt(). */
  watch<S>(collection: Collection<S>): void;
  /** Publishes what no commit of this process wakes: outboxes older than 10 s. */
  sweep(): Promise<void>;
  /** Resolves when nothing is left to publish or to settle here. */
  idle(): Promise<void>;
  start(): void;
  /** Publishes what is ready, for 5 s at most; what is left is in the outbox. */
  stop(): Promise<void>;
  /** Documents with something to publish or settle, of which this process knows. */
  pending(): number;
  /** When the oldest unpublished event of the watched collections was decided. */
  oldestAt(): Promise<string | undefined>;
}

export declare function createRelay(options: RelayOptions): Relay;
