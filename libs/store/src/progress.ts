import { type Document, key, newDocument, type Store } from './collection.ts';
import { DuplicateError } from './errors.ts';
import type { Log } from './log.ts';
import { sweepEach } from './sweep-each.ts';

/** How far the events of one stream have come; messaging says what its parts mean. */
export interface Progress {
  readonly sequence: number;
  readonly skipped: readonly { readonly from: number; readonly to: number }[];
  readonly waiting: readonly { readonly sequence: number; readonly since: string }[];
}

/** One small document for each stream. */
export interface ProgressStore {
  /**
   * Reads, decides, and stores what was decided; decides anew when another instance was faster. Giving back what it was
   * given writes nothing. Resolves, once that is stored, with what `decide` was given last and what it answered.
   */
  change(stream: string, decide: (progress: Progress) => Progress): Promise<{ before: Progress; after: Progress }>;
  /** Forgets the streams that have not moved since (RFC 3339): an event of theirs would be the first again. */
  forgetBefore(time: string, log: Log): Promise<void>;
}

type Kept = Progress & { readonly changedAt: string };

const nothingYet: Progress = { sequence: 0, skipped: [], waiting: [] };

export async function openProgress(store: Store, clock: () => Date = () => new Date()): Promise<ProgressStore> {
  const kept = await store.collection<Kept>('event_progress', { indexes: { changedAt: ({ changedAt }) => changedAt } });

  async function put(id: string, known: Document<Kept> | undefined, progress: Progress): Promise<boolean> {
    const state = { ...progress, changedAt: clock().toISOString() };
    if (known) return kept.replace({ ...known, state });
    try {
      await kept.insert(newDocument(id, state));
      return true;
    } catch (error) {
      if (error instanceof DuplicateError) return false;
      throw error;
    }
  }

  return {
    async change(stream, decide) {
      const id = key(stream);
      for (;;) {
        const known = await kept.get(id);
        const before = known?.state ?? nothingYet;
        const after = decide(before);
        if (after === before || (await put(id, known, after))) return { before, after };
      }
    },
    async forgetBefore(time, log) {
      const forgetAll = sweepEach<Document<Kept>>({
        name: 'forget progress',
        find: (page) => kept.find('changedAt', { to: time, ...page }),
        act: (progress) => kept.delete(progress),
        log,
        limits: { perRound: Number.POSITIVE_INFINITY },
      });
      await forgetAll();
    },
  };
}
