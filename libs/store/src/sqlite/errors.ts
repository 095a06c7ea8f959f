import { DuplicateError, StoreUnavailableError } from '../errors.ts';

// Primary result codes, https://www.sqlite.org/rescode.html: the store's own trouble, not the operation's.
const troubles: Readonly<Record<number, string>> = {
  5: 'is busy: another process has held it for too long',
  6: 'is busy: another process has held it for too long',
  7: 'ran out of memory',
  8: 'is read-only',
  10: 'cannot be read or written: its disk reports an error',
  11: 'is damaged',
  13: 'cannot be written: no space is left',
  14: 'cannot be opened: check that its folder exists and may be written',
  15: 'is busy: another process has held it for too long',
  26: 'is no SQLite database',
};

/** What a failed statement means to the caller; what is neither a duplicate nor trouble of the store is a bug and stays as it is. */
export function translated(error: unknown, store: string, collection = ''): unknown {
  if (!Error.isError(error)) return error;
  if ('code' in error && error.code === 'ERR_INVALID_STATE') {
    return new StoreUnavailableError(`the store ${store} is closed`, { cause: error });
  }
  const trouble = troubles[resultCode(error) & 0xff];
  if (trouble) return new StoreUnavailableError(`the store ${store} ${trouble}`, { cause: error });
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

function resultCode(error: unknown): number {
  return Error.isError(error) && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
}
