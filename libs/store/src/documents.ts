import { randomUUIDv7 } from 'node:crypto';
import type { Producer } from './append-events.ts';
import type { Collection, Document, FindOptions, Page } from './collection.ts';
import type { Cause, Change, Unchanged } from './decision.ts';
import type { Relay } from './relay.ts';
import { type Ask, Writer } from './writer.ts';

export interface DocumentsOptions<S> extends Omit<Producer<S>, 'clock' | 'newId'> {
  readonly relay: Relay;
  /** Dates the events; the system's clock. */
  readonly clock?: () => Date;
  /** Names an event; UUID version 7. */
  readonly newId?: () => string;
  /** How long a lost race is tried again, in milliseconds; 5,000. */
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
   * Reads, decides, stores state and events in one write, and hands the events to the relay. Changes of one document
   * that are asked for at once are decided one after the other and share a write. A decision may run several times (a
   * lost race is read and decided again), so it has no effects of its own and leaves the state it gets as it is. An
   * event that was consumed before changes nothing.
   *
   * Rejects with what the decision throws, ContractError for an event that breaks its contract, DuplicateError when a
   * unique key is taken, ConflictError when the race could not be won in time: then nothing is stored and nothing published.
   * After StoreUnavailableError both or neither have happened.
   *
   * `readAfter` reads what else the decision needs, each time after the document and before its write: what it found was
   * so while the document was as the decision sees it, or nothing is written. What it rejects with, `change` does.
   */
  change<U extends S | undefined = S, F = undefined>(
    id: string,
    decision: (state: S | undefined, document: Document<S> | undefined, found: F) => Change<S> | Unchanged<U>,
    cause: Cause,
    readAfter?: (document: Document<S> | undefined) => Promise<F>,
  ): Promise<Changed<S, U>>;
}

export function createDocuments<S>(collection: Collection<S>, options: DocumentsOptions<S>): Documents<S> {
  const { relay, clock = () => new Date(), newId = () => randomUUIDv7(), patienceMs = 5_000 } = options;
  return new QueuedDocuments(collection, new Writer(collection, { ...options, clock, newId }, relay, patienceMs));
}

/** Most changes of one document that share a write. */
const together = 64;

class QueuedDocuments<S> implements Documents<S> {
  readonly #collection: Collection<S>;
  readonly #writer: Writer<S>;
  /** Of each document that is being changed, by id: the changes that wait for the next write. */
  readonly #queues = new Map<string, Ask<S>[]>();

  constructor(collection: Collection<S>, writer: Writer<S>) {
    this.#collection = collection;
    this.#writer = writer;
  }

  readonly get = (id: string) => this.#collection.get(id);

  readonly find = (index: string, page: FindOptions) => this.#collection.find(index, page);

  readonly change: Documents<S>['change'] = (id, decision, cause, readAfter) =>
    new Promise((resolve, reject) =>
      this.#ask(id, {
        // What it gets is what `readAfter` found, or nothing.
        decision: decision as Ask<S>['decision'],
        readAfter,
        cause,
        // What is resolved is undefined only for a decision that said so: the type of its `unchanged`.
        resolve: resolve as Ask<S>['resolve'],
        reject,
      }),
    );

  #ask(id: string, asked: Ask<S>): void {
    const queue = this.#queues.get(id);
    if (queue) queue.push(asked);
    else void this.#work(id, [asked]);
  }

  async #work(id: string, queue: Ask<S>[]): Promise<void> {
    this.#queues.set(id, queue);
    while (queue.length > 0) await this.#writer.answer(id, queue.splice(0, together));
    this.#queues.delete(id);
  }
}
