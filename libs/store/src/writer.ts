import { appendEvents, isConsumed, type Producer } from './append-events.ts';
import { type Collection, type Document, newDocument } from './collection.ts';
import { untilWon } from './compare-and-set.ts';
import type { Cause, Change, Unchanged } from './decision.ts';
import { DuplicateError } from './errors.ts';
import { logEvents } from './log-events.ts';
import type { Relay } from './relay.ts';

/** A change somebody waits for. */
export interface Ask<S> {
  readonly decision: (
    state: S | undefined,
    document: Document<S> | undefined,
    found: unknown,
  ) => Change<S> | Unchanged<S | undefined>;
  /** Reads what else the decision needs: after the document, and before it is written. */
  readonly readAfter: ((document: Document<S> | undefined) => Promise<unknown>) | undefined;
  readonly cause: Cause;
  readonly resolve: (changed: { document: Document<S> | undefined; changed: boolean }) => void;
  readonly reject: (error: unknown) => void;
}

/** Decides and stores changes of one document, several by one write. */
export class Writer<S> {
  readonly #collection: Collection<S>;
  readonly #producer: Producer<S>;
  readonly #relay: Relay;
  readonly #patienceMs: number;

  constructor(collection: Collection<S>, producer: Producer<S>, relay: Relay, patienceMs: number) {
    this.#collection = collection;
    this.#producer = producer;
    this.#relay = relay;
    this.#patienceMs = patienceMs;
  }

  /** Answers every ask, each after the write it shares. Never rejects. */
  async answer(id: string, asks: Ask<S>[]): Promise<void> {
    try {
      const attempt = () => this.#write(id, asks);
      const answers = await untilWon(this.#collection.name, id, attempt, { patienceMs: this.#patienceMs });
      for (const answer of answers) answer();
    } catch (error) {
      // One of them wants a key that is taken: the others must not pay for it.
      if (error instanceof DuplicateError && asks.length > 1) {
        for (const ask of asks) await this.answer(id, [ask]);
      } else {
        for (const ask of asks) ask.reject(error);
      }
    }
  }

  /** Undefined when somebody else was faster. */
  async #write(id: string, asks: Ask<S>[]): Promise<(() => void)[] | undefined> {
    const stored = await this.#collection.get(id);
    const found = await Promise.allSettled(asks.map(({ readAfter }) => readAfter?.(stored)));
    const { document, answers } = this.#decide(id, stored, asks, found);
    if (document === stored || !document) return answers.map((answer) => () => answer(stored?.rev ?? 0));
    const rev = await this.#store(stored, document);
    return rev === undefined ? undefined : answers.map((answer) => () => answer(rev));
  }

  /** Decides one ask on top of the other; what a decision throws concerns its asker only. */
  #decide(id: string, stored: Document<S> | undefined, asks: Ask<S>[], found: PromiseSettledResult<unknown>[]) {
    let document = stored;
    const answers = asks.map((ask, at) => {
      try {
        const before = document;
        const decided = this.#decideOne(id, before, ask, valueIn(found[at]));
        document = decided;
        return (rev: number) => ask.resolve({ document: decided && { ...decided, rev }, changed: decided !== before });
      } catch (error) {
        return () => ask.reject(error);
      }
    });
    return { document, answers };
  }

  #decideOne(
    id: string,
    document: Document<S> | undefined,
    { decision, cause }: Ask<S>,
    found: unknown,
  ): Document<S> | undefined {
    if (document && isConsumed(document, cause, this.#producer)) return document;
    const decided = decision(document?.state, document, found);
    if ('unchanged' in decided) return document;
    return appendEvents(document ?? newDocument(id, decided.state), decided, cause, this.#producer);
  }

  /** The rev it is stored as, or undefined when somebody else was faster. */
  async #store(stored: Document<S> | undefined, document: Document<S>): Promise<number | undefined> {
    const confirmed = this.#relay.confirmed(this.#collection, document.id);
    const outbox = document.outbox.filter((entry) => !confirmed.has(entry.id));
    const written = { ...document, outbox };
    if (!(await (stored ? this.#collection.replace(written) : this.#collection.insert(written)))) return undefined;
    // Entries from before this write belong to whoever wrote them.
    const news = document.outbox.filter(({ sequence }) => sequence > (stored?.version ?? 0));
    logEvents(this.#relay.log, news);
    const rev = stored ? stored.rev + 1 : document.rev;
    if (news.length > 0 || confirmed.size > 0) this.#relay.committed(this.#collection, { ...written, rev });
    return rev;
  }
}

function valueIn(outcome: PromiseSettledResult<unknown> | undefined): unknown {
  if (outcome?.status === 'rejected') throw outcome.reason;
  return outcome?.value;
}
