import type { Document } from './collection.ts';
import { type Cause, type Change, type Decision, decide, type Unchanged, unchanged } from './decision.ts';
import type { Documents } from './documents.ts';
import {
  type Entry,
  isOver,
  isPending,
  type Markers,
  postOnce,
  someMarkers,
  type Totals,
  withoutMarkers,
} from './post-once.ts';
import { probes } from './probes.ts';

/** How one kind of entry moves its totals. */
export interface PostingRules<E extends Entry, T extends Totals> {
  /** Ids of the totals that the pending operation moves. */
  readonly totalsOf: (entry: E) => readonly string[];
  /**
   * Does the pending operation on one total, once; the marker is kept for it. `marker`: the entry's last operation done
   * there; `version` of the total as it is before. Throws a refusal.
   */
  readonly move: (
    totalId: string,
    total: T | undefined,
    entry: E,
    marker: number,
    version: number,
  ) => Change<T> | Unchanged<T | undefined>;
  /** All totals are moved: nothing is pending any more, or the next operation is. */
  readonly complete: (entry: E) => Decision<E>;
  /**
   * A total refused: the entry is turned to the next number, which undoes what the marker of this one shows, and writes
   * its own marker even where there is nothing to undo. Undefined: no refusal, the operation stays pending.
   */
  readonly refuse: (entry: E, totalId: string, error: unknown) => Decision<E> | undefined;
  /** Told after each total. */
  readonly moved?: (entry: E) => void;
}

export interface PostingsOptions<T extends Totals> {
  readonly totals: Documents<T>;
  /** Reads any entry that may have left a marker. */
  readonly entryOf: (id: string) => Promise<Document<Entry> | undefined>;
}

/** Changes of totals, one document at a time, each exactly once, whoever stalls or dies: decision record 9. */
export interface Postings<T extends Totals> {
  /** Does what is pending, until nothing is; the entry as it is then. Safe to run anywhere at once. */
  finish<E extends Entry>(work: Work<E, T>): Promise<E>;
  /** Drops up to `limit` markers of operations that are over. */
  dropMarkers(totalId: string, limit: number, cause: Cause): Promise<void>;
}

/** One entry, and how its operations are done. */
export interface Work<E extends Entry, T extends Totals> {
  readonly entries: Documents<E>;
  readonly id: string;
  readonly rules: PostingRules<E, T>;
  readonly cause: Cause;
}

/** Markers that a writer looks after besides its own: more than it adds, so that their number falls. */
const lookedAfter = 3;

export function createPostings<T extends Totals>({ totals, entryOf }: PostingsOptions<T>): Postings<T> {
  async function overOf(markers: readonly [string, number][]): Promise<Markers> {
    const looked = await Promise.all(markers.map(async ([id, n]) => [id, n, await entryOf(id)] as const));
    return new Map(looked.flatMap(([id, n, entry]) => (isOver(entry?.state) ? [[id, n]] : [])));
  }

  async function post<E extends Entry>({ entries, id, rules, cause }: Work<E, T>, n: number, totalId: string) {
    const readAfter = async (total: Document<T> | undefined) => {
      const others = someMarkers(total?.state, lookedAfter, id);
      const [entry, over] = await Promise.all([entries.get(id), overOf(others)]);
      probes.read.publish(id);
      return { entry: entry?.state, over, before: total?.state };
    };
    type Found = Awaited<ReturnType<typeof readAfter>>;
    const decision = (total: T | undefined, document: Document<T> | undefined, { entry, over, before }: Found) =>
      postOnce(total, { id, n, entry, over, before }, (pending, marker) =>
        rules.move(totalId, total, pending, marker, document?.version ?? 0),
      );
    await totals.change<T | undefined, Found>(totalId, decision, cause, readAfter);
  }

  /** Does the pending operation; one that somebody else has finished or turned is left as it is. */
  async function step<E extends Entry>(work: Work<E, T>, state: E): Promise<E> {
    const { entries, id, rules, cause } = work;
    const { n } = state;
    let end = rules.complete;
    for (const totalId of rules.totalsOf(state)) {
      try {
        await post(work, n, totalId);
        rules.moved?.(state);
      } catch (error) {
        if (!rules.refuse(state, totalId, error)) throw error;
        end = (entry) => rules.refuse(entry, totalId, error) ?? unchanged(entry);
        break;
      }
    }
    const decision = (entry: E | undefined) => {
      if (!entry) throw new Error(`the entry ${id} vanished`);
      return isPending(entry, n) ? end(entry) : unchanged(entry);
    };
    return (await entries.change(id, decision, cause)).document.state;
  }

  return {
    async finish(work) {
      let entry = (await work.entries.get(work.id))?.state;
      while (entry?.pending !== undefined) entry = await step(work, entry);
      if (!entry) throw new Error(`there is no entry ${work.id}`);
      return entry;
    },

    async dropMarkers(totalId, limit, cause) {
      const readAfter = (total: Document<T> | undefined) => overOf(someMarkers(total?.state, limit));
      const decision = (total: T | undefined, _document: unknown, over: Markers) =>
        total && over.size > 0 ? decide(withoutMarkers(total, over)) : unchanged(total);
      await totals.change<T | undefined, Markers>(totalId, decision, cause, readAfter);
    },
  };
}
