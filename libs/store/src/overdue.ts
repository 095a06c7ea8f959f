import type { Document } from './collection.ts';
import type { Documents } from './documents.ts';

export interface Overdue {
  readonly now: Date;
  /** How old a time must be. One as far ahead is overdue, too: no right clock can have written it. */
  readonly ms: number;
  /** How far ahead a time may lie and be right, where the index holds the end of a lease; `ms` without it. */
  readonly aheadMs?: number;
  readonly page?: number;
}

/**
 * Documents whose time in an index (RFC 3339, UTC) says that nobody works on them any more: for repair jobs. Oldest
 * first, then those ahead, a page in memory. One that cannot be repaired and stays where it is hides none behind it.
 */
export async function* overdue<S>(
  documents: Pick<Documents<S>, 'find'>,
  index: string,
  { now, ms, aheadMs = ms, page = 100 }: Overdue,
): AsyncGenerator<Document<S>> {
  const at = (offset: number) => new Date(now.getTime() + offset).toISOString();
  for (const range of [{ to: at(-ms) }, { from: at(aheadMs) }]) {
    let after: string | undefined;
    do {
      const found = await documents.find(index, { ...range, limit: page, ...(after !== undefined && { after }) });
      yield* found.documents;
      after = found.next;
    } while (after !== undefined);
  }
}
