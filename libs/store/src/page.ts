import type { Document, FindOptions, Page } from './collection.ts';
import { CursorError } from './errors.ts';

/** Where a page ended: the last document's key and id. */
export interface Position {
  readonly key: string;
  readonly id: string;
}

export function parseCursor(cursor: string): Position {
  try {
    const [key, id, ...rest] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof key === 'string' && typeof id === 'string' && rest.length === 0) return { key, id };
  } catch {
    // Not ours, like everything else that is not a pair of strings.
  }
  throw new CursorError();
}

/** The page out of one document more than was asked for, which only shows that there is a next page. */
export function pageOf<S>(found: Document<S>[], limit: number, keyOf: (document: Document<S>) => string): Page<S> {
  const documents = found.slice(0, limit);
  const last = documents.at(-1);
  if (!last || found.length <= limit) return { documents };
  return { documents, next: Buffer.from(JSON.stringify([keyOf(last), last.id])).toString('base64url') };
}

/** First key behind all that start with the prefix: no text that is ever stored holds this noncharacter. */
export function endOf(prefix: string): string {
  return `${prefix}\u{10FFFF}`;
}

export function checkLimit({ limit }: Pick<FindOptions, 'limit'>): void {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new TypeError('a page needs a limit of at least 1');
}
