import type { Backlog, Document, OutboxEntry } from './collection.ts';
import type { Outboxes } from './lane.ts';
import type { Log } from './log.ts';

export interface RelayOptions {
  /**
   * Resolves when the broker has confirmed the entry, rejects in every other case, and takes a bounded time for both.
   * May be called again for an entry that was confirmed.
   */
  readonly publish: (entry: OutboxEntry) => Promise<void>;
  readonly log: Log;
  /** Tells the age of outboxes; the system's clock. */
  readonly clock?: () => Date;
  readonly limits?: Partial<RelayLimits>;
}

export interface RelayLimits {
  /** Documents of which an entry is being published at once; 1,000. */
  readonly window: number;
  /** Bytes of entries held in memory; 8 MiB. Of a document beyond only the id is held: it is read again for its publish. */
  readonly heldBytes: number;
  /** Documents known at once; 100,000. Those beyond are left to the sweep. */
  readonly known: number;
  /** Milliseconds that a published entry may stay in its outbox: the next write of its document drops it, too; 20. */
  readonly dropAfterMs: number;
  /** Milliseconds before the first retry of a failed publish; 100. They double with each failure. */
  readonly retryMs: number;
  /** Most milliseconds between two retries; 5,000. */
  readonly longestRetryMs: number;
  /** Most milliseconds that stop() waits for publishes under way; 5,000. */
  readonly stopMs: number;
  /** Age in milliseconds from which the sweep takes an outbox; 10,000. */
  readonly sweepAgeMs: number;
  /** Documents that the sweep reads at once; 500. */
  readonly sweepPage: number;
}

/**
 * Publishes what is in the outboxes: each document's entries in order, one unconfirmed entry per document, many documents
 * at once. An entry leaves the outbox only after its confirm, so a crash repeats an entry and never loses one, and at
 * any time everything before an entry that was ever published is confirmed.
 */
export interface Relay {
  /** Where each event is one line, once the write that holds it is stored. */
  readonly log: Log;
  /** Wakes the relay for a document that was just stored. */
  committed(collection: Outboxes, document: Document<unknown>): void;
  /** Ids of entries that are confirmed and not yet dropped from the stored outbox: the next write may leave them out. */
  confirmed(collection: Outboxes, id: string): ReadonlySet<string>;
  /** Includes the collection in sweep(), backlog() and oldestAt(). */
  watch(collection: Outboxes): void;
  /**
   * Publishes what no commit of this process wakes: outboxes older than 10 s, or from more than 10 s ahead (a clock was
   * wrong). Resolves when it has tried all; behind 10,000 that cannot be published, the next ones later.
   */
  sweep(): Promise<void>;
  /** Resolves when nothing is left to publish or to drop here. */
  idle(): Promise<void>;
  /** Publishes what an earlier run left, and from here on what is committed. */
  start(): void;
  /** Publishes what is ready and drops what is published, for 5 s at most; the rest stays in its outbox. */
  stop(): Promise<void>;
  /** Documents with something to publish or to drop, of which this process knows. */
  pending(): number;
  /** What the outboxes of the watched collections hold, as stored: also what no process knows of. */
  backlog(): Promise<Backlog>;
  /** When the oldest unpublished event of the watched collections was decided, by whatever clock. */
  oldestAt(): Promise<string | undefined>;
}
