import type { Store } from './collection.ts';
import { compareAndSet, untilWon } from './compare-and-set.ts';

/** Counts, durably, how often something was begun and never ended: by then the process is gone. */
export interface StartMarks {
  /** Notes one more start. Resolves, once that is stored, with the starts that have not ended, this one included. */
  begin(id: string): Promise<number>;
  end(id: string): Promise<void>;
}

interface Mark {
  readonly starts: number;
}

export async function openStartMarks(store: Store): Promise<StartMarks> {
  const marks = await store.collection<Mark>('start_marks');
  return {
    async begin(id) {
      const { state } = await compareAndSet(marks, id, (mark) => ({ starts: (mark?.state.starts ?? 0) + 1 }));
      return state.starts;
    },
    async end(id) {
      await untilWon(marks.name, id, async () => {
        const mark = await marks.get(id);
        return !mark || (await marks.delete(mark)) || undefined;
      });
    },
  };
}
