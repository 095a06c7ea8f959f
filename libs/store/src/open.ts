import type { Store } from './collection.ts';

/**
 * Opens the store that the URL names: `sqlite:./data/orders.db`, `sqlite::memory:` or `mongodb://host/database`.
 * Rejects with StoreUnavailableError when it cannot be reached or written. An adapter is loaded when it is asked for:
 * a process on SQLite does without mongoose in its memory.
 */
export async function openStore(url: string): Promise<Store> {
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) {
    const { openSqlite } = await import('./sqlite/store.ts');
    return openSqlite(url.slice('sqlite:'.length));
  }
  if (/^mongodb(\+srv)?:\/\//.test(url)) {
    const { openMongo } = await import('./mongo/store.ts');
    return openMongo(url);
  }
  throw new TypeError('a store URL is sqlite:<path>, sqlite::memory: or mongodb://<host>/<database>');
}
