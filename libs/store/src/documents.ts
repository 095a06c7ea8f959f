import { randomUUIDv7 } from 'node:crypto';
import type { Collection, Document, FindOptions, Page } from './collection.ts';
import type { Cause, Change, Unchanged } from './decision.ts';
import type { Relay } from './relay.ts';
import type { Speaker } from './said.ts';
import { type Ask, Writer } from './writer.ts';

export interface DocumentsOptions<S> extends Omit<Speaker<S>, 'clock' | 'newId'> {
  readonly relay: Relay;
  readonly clock?: () => Date;
  readonly newId?: () => string;
  /** How long a lost race is tried again; 5 s. */
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
   * event that was heard before changes nothing.
   *
   * Rejects with what the decision throws, ContractError for an event that breaks its contract, DuplicateError when a
   * unique key is taken, ConflictError when the race could not be won in time: then nothing is stored and nothing said.
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
  const writer = new Writer(collection, { ...options, clock, newId }, relay, patienceMs);
  const queues = new Map<string, Ask<S>[]>();

  async function work(id: string, queue: Ask<S>[]): Promise<void> {
    queues.set(id, queue);
    while (queue.length > 0) await writer.answer(id, queue.splice(0, 64));
    queues.delete(id);
  }

  function ask(id: string, asked: Ask<S>): void {
    const queue = queues.get(id);
    if (queue) queue.push(asked);
    else void work(id, [asked]);
  }

  return {
    get: (id) => collection.get(id),
    find: (index, page) => collection.find(index, page),
    change: (id, decision, cause, readAfter) =>
      new Promise((resolve, reject) =>
        ask(id, {
          // What it gets is what `readAfter` found, or nothing.
          decision: decision as Ask<S>['decision'],
          readAfter,
          cause,
          // What is resolved is undefined only for a decision that said so: the type of its `unchanged`.
          resolve: resolve as Ask<S>['resolve'],
          reject,
        }),
      ),
  };
}
