import { newDocument, type Store } from './collection.ts';
import { DuplicateError } from './errors.ts';

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

  async function first(id: string): Promise<boolean> {
    try {
      await marks.insert(newDocument(id, { starts: 1 }));
      return true;
    } catch (error) {
      if (error instanceof DuplicateError) return false;
      throw error;
    }
  }

  return {
    async begin(id) {
      for (;;) {
        const mark = await marks.get(id);
        const starts = (mark?.state.starts ?? 0) + 1;
        if (mark ? await marks.replace({ ...mark, state: { starts } }) : await first(id)) return starts;
      }
    },
    async end(id) {
      for (;;) {
        const mark = await marks.get(id);
        if (!mark || (await marks.delete(mark))) return;
      }
    },
  };
}
