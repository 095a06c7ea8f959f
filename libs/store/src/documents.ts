import type { KeyRing } from '@order-events/contracts';
import type { Collection, Document, FindOptions, Page } from './collection.ts';
import type { Cause, Change, Unchanged } from './decision.ts';
import type { Relay } from './relay.ts';

export interface DocumentsOptions<S> {
  /** `/services/orders` */
  readonly source: string;
  readonly keys: KeyRing;
  readonly relay: Relay;
  /** Whether a document keeps the identities of the events it heard: yes for one about one order, no for a gathering one. */
  readonly keepsSeen: boolean;
  /** Owner of the document, for the events' `userid`; without it, the cause's. */
  readonly userId?: (state: S) => string | undefined;
  readonly clock?: () => Date;
  readonly newId?: () => string;
  /** How long a lost race is tried again, in milliseconds. */
  readonly patienceMs?: number;
}

/** The document as it is after the decision; undefined only where the decision left a missing document missing. */
export interface Changed<S, U> {
  readonly document: Document<S> | Extract<U, undefined>;
  readonly changed: boolean;
}

export interface Documents<S> {
  get(id: string): Promise<Document<S> | undefined>;
  find(index: string, options: FindOptions): Promise<Page<S>>;
  /**
   * Reads, decides, and stores state and events in one write; then hands the events to the relay. The decision may run
   * several times (a lost race is read and decided again) and must have no effects of its own. What it throws, this
   * rejects with. An event that was heard before changes nothing. Rejects with DuplicateError when a unique key is
   * taken, ConflictError when the race could not be won in time, StoreUnavailableError; nothing is said then unless
   * it is stored.
   */
  change<U extends S | undefined = S>(
    id: string,
    decision: (state: S | undefined, document?: Document<S>) => Change<S> | Unchanged<U>,
    cause: Cause,
  ): Promise<Changed<S, U>>;
}

export declare function createDocuments<S>(collection: Collection<S>, options: DocumentsOptions<S>): Documents<S>;
