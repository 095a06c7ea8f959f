import { DocumentTooLargeError, DuplicateError, StoreUnavailableError } from '../errors.ts';

// Primary result codes, https://www.sqlite.org/rescode.html: the store's own trouble, not the operation's. What is not
// here is the operation's own: a document too big (18), a constraint (19), a mistake in a statement (1).
const troubles: Readonly<Record<number, string>> = {
  3: 'may not be written by this user',
  5: 'is busy: another process has held it for too long',
  6: 'is busy: another process has held it for too long',
  7: 'ran out of memory',
  8: 'is read-only',
  10: 'cannot be read or written: its disk reports an error',
  11: 'is damaged',
  13: 'cannot be written: no space is left',
  14: 'cannot be opened: check that its folder exists and may be written',
  22: 'cannot grow: its file system takes no larger files',
  15: 'is busy: another process has held it for too long',
  26: 'is no SQLite database',
};

// A page that cannot be read: CORRUPT, and of IOERR a failed or short read, bad data, and a corrupt file system. Whether
// it is one document's or everyone's is not in the code.
const damages = new Set([11, 266, 522, 8202, 8458]);

/** What a failed statement means to the caller; what is neither a duplicate nor trouble of the store is a bug and stays as it is. */
export function translated(error: unknown, store: string, collection = ''): unknown {
  if (!Error.isError(error)) return error;
  if ('code' in error && error.code === 'ERR_INVALID_STATE') {
    return new StoreUnavailableError(`the store ${store} is closed`, { cause: error });
  }
  const trouble = /no such (table|column)/.test(error.message)
    ? 'has lost its tables: another file was put in its place'
    : troubles[resultCode(error) & 0xff];
  if (trouble) return new StoreUnavailableError(`the store ${store} ${trouble}`, { cause: error });
  if ((resultCode(error) & 0xff) === 18) return new DocumentTooLargeError(collection, { cause: error });
  // "UNIQUE constraint failed: orders.key_number" names table and column.
  const taken = /^UNIQUE constraint failed: .+\.(?:key_)?(\S+)$/m.exec(error.message);
  return taken?.[1] ? new DuplicateError(collection, taken[1], { cause: error }) : error;
}

export function isBusy(error: unknown): boolean {
  const code = resultCode(error) & 0xff;
  return code === 5 || code === 6 || code === 15;
}

export function isTrouble(error: unknown): boolean {
  return (resultCode(error) & 0xff) in troubles;
}

export function isDamage(error: unknown): boolean {
  const code = resultCode(error);
  return damages.has(code) || (code & 0xff) === 11;
}

function resultCode(error: unknown): number {
  return Error.isError(error) && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
}
