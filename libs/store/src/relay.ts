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
  readonly clock?: () => Date;
  readonly limits?: Partial<RelayLimits>;
}

export interface RelayLimits {
  /** Documents published at once. */
  readonly window: number;
  /** What entries held in memory may take; of documents beyond only the id is held, and read when their turn comes. */
  readonly heldBytes: number;
  /** Documents known at all; those beyond are left to the sweep. */
  readonly known: number;
  /** How long settling waits for more to settle, and for the next write of the document, which does it along the way. */
  readonly settleMs: number;
  /** First and longest wait before what failed is published again. */
  readonly retryMs: number;
  readonly longestRetryMs: number;
  readonly stopMs: number;
  /** Age from which the sweep takes an outbox, and how many documents it reads at once. */
  readonly sweepAgeMs: number;
  readonly sweepPage: number;
}

/**
 * Publishes what documents said: each document's outbox in order, one unconfirmed entry per document, many documents
 * at once. An entry leaves the outbox only after its confirm, so a crash repeats an entry and never loses one, and at
 * any time everything before an entry that was ever published is confirmed.
 */
export interface Relay {
  /** Where it is told what was decided. */
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
  /** Resolves when nothing is left to publish or to settle here. */
  idle(): Promise<void>;
  /** Publishes what an earlier run left, and from here on what is committed. */
  start(): void;
  /** Publishes and settles what is ready, for 5 s at most; what is left then is in its outbox. */
  stop(): Promise<void>;
  /** Documents with something to publish or to settle, of which this process knows. */
  pending(): number;
  /** What the outboxes of the watched collections hold, as stored: also what no process knows of. */
  backlog(): Promise<Backlog>;
  /** When the oldest unpublished event of the watched collections was decided, by whatever clock. */
  oldestAt(): Promise<string | undefined>;
}
