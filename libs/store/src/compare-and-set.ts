import { setTimeout as pause } from 'node:timers/promises';
import { type Collection, type Document, newDocument } from './collection.ts';
import { ConflictError } from './errors.ts';

export interface RaceOptions {
  /** How long a lost race is tried again, in milliseconds; 60,000: a slow instance loses many, and must not give up a message for it. */
  readonly patienceMs?: number;
  /** A number from 0 to below 1, which spreads the pauses; Math.random. */
  readonly random?: () => number;
}

/**
 * Changes the state of one small document that publishes nothing: reads it, decides, and stores the decision if nobody
 * has changed the document since; otherwise all of it again. So a decision may run several times and has no effects of
 * its own. The state it was given, or undefined for a missing document, writes nothing.
 *
 * Resolves with the document as it is then. Rejects with what the decision throws, with ConflictError when every race
 * was lost for as long as `patienceMs`, with StoreUnavailableError, after which the change may be stored or not.
 */
export function compareAndSet<S, N extends S | undefined = S>(
  collection: Pick<Collection<S>, 'name' | 'get' | 'insert' | 'replace'>,
  id: string,
  decide: (document: Document<S> | undefined) => N,
  options?: RaceOptions,
): Promise<Document<S> | Extract<N, undefined>> {
  type Result = { readonly document: Document<S> | Extract<N, undefined> };
  async function attempt(): Promise<Result | undefined> {
    const stored = await collection.get(id);
    const state = decide(stored);
    if (state === undefined) return { document: state as Extract<N, undefined> };
    if (stored?.state === state) return { document: stored };
    const document = stored ? { ...stored, state } : newDocument<S>(id, state);
    if (!stored) return (await collection.insert(document)) ? { document } : undefined;
    return (await collection.replace(document)) ? { document: { ...document, rev: stored.rev + 1 } } : undefined;
  }
  return untilWon(collection.name, id, attempt, options).then(({ document }) => document);
}

/**
 * Makes an attempt, and makes it again while it resolves with undefined: another writer was faster. The pauses between
 * attempts are random: up to 1 ms, doubling to 100 ms. Rejects with ConflictError after `patienceMs`.
 */
export async function untilWon<T>(
  collection: string,
  id: string,
  attempt: () => Promise<T | undefined>,
  { patienceMs = 60_000, random = Math.random }: RaceOptions = {},
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let lost = 0; ; lost++) {
    const won = await attempt();
    if (won !== undefined) return won;
    if (performance.now() > deadline) throw new ConflictError(collection, id, patienceMs);
    await pause(pauseAfter(lost, random));
  }
}

/** Milliseconds to wait after the race that follows `lost` lost ones was lost, too. */
export function pauseAfter(lost: number, random: () => number): number {
  return random() * Math.min(2 ** lost, 100);
}
