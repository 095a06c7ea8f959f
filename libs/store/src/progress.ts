import { type Document, key, type Store } from './collection.ts';
import { compareAndSet } from './compare-and-set.ts';
import type { Log } from './log.ts';
import { sweepEach } from './sweep-each.ts';

/** How far the events of one stream are handled; libs/messaging defines its parts. */
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

  return {
    async change(stream, decide) {
      let [before, after] = [nothingYet, nothingYet];
      await compareAndSet<Kept, Kept | undefined>(kept, key(stream), (known) => {
        before = known?.state ?? nothingYet;
        after = decide(before);
        return after === before ? known?.state : { ...after, changedAt: clock().toISOString() };
      });
      return { before, after };
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
