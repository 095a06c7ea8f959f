import type { Page } from './collection.ts';
import type { Documents } from './documents.ts';

export interface Overdue {
  readonly clock: () => Date;
  /** How old a time must be, in milliseconds. One as far ahead is overdue, too: no right clock can have written it. */
  readonly ms: number;
  /** Milliseconds that a time may lie ahead and be right, where the index holds the end of a lease; `ms`. */
  readonly aheadMs?: number;
}

/**
 * Finds, page by page, the documents whose time in an index (RFC 3339, UTC) says that nobody works on them any more:
 * oldest first, then those ahead. For the `find` of sweepEach.
 */
export function overdue<S>(
  documents: Pick<Documents<S>, 'find'>,
  index: string,
  { clock, ms, aheadMs = ms }: Overdue,
): (page: { readonly limit: number; readonly after?: string }) => Promise<Page<S>> {
  const at = (offset: number) => new Date(clock().getTime() + offset).toISOString();
  const find = async (isAhead: boolean, page: { readonly limit: number; readonly after?: string }) => {
    const range = isAhead ? { from: at(aheadMs) } : { to: at(-ms) };
    const found = await documents.find(index, { ...range, ...page });
    if (found.next !== undefined) return { ...found, next: `${isAhead ? AHEAD : ''}${found.next}` };
    return isAhead ? found : { ...found, next: AHEAD };
  };
  return ({ limit, after = '' }) => {
    const isAhead = after.startsWith(AHEAD);
    const within = isAhead ? after.slice(AHEAD.length) : after;
    return find(isAhead, { limit, ...(within !== '' && { after: within }) });
  };
}

// No cursor holds a space.
const AHEAD = 'ahead ';
