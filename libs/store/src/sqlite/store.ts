import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import type { Collection, CollectionSpec, Store } from '../collection.ts';
import { StoreUnavailableError } from '../errors.ts';
import { type Key, keysOf } from '../keys.ts';
import { SqliteCollection } from './collection.ts';
import { GroupCommit } from './commits.ts';
import { isBusy, translated } from './errors.ts';
import { Files } from './files.ts';
import { prepareTable } from './schema.ts';

// The file must be on disk when a write resolves; a log grown behind another process's long read is cut again.
const pragmas = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864';

/** Opens the file, making it and its folder when they are missing, for their owner only. `:memory:` is a store of this process alone. */
export async function openSqlite(location: string): Promise<Store> {
  try {
    if (location !== ':memory:') mkdirSync(dirname(resolve(location)), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StoreUnavailableError(`the folder of the store ${location} cannot be made`, { cause: error });
  }
  for (const start = performance.now(); ; await delay(50)) {
    try {
      return sqliteStore(open(location), location);
    } catch (error) {
      if (!isBusy(error) || performance.now() - start > 5_000) throw translated(error, location);
    }
  }
}

function open(location: string): DatabaseSync {
  // SQLite gives its log the rights of the file.
  if (location !== ':memory:' && !existsSync(location)) closeSync(openSync(location, 'a', 0o600));
  // Waiting for another process blocks this one: only briefly here, the rest is the group commit's to wait.
  const database = new DatabaseSync(location, { timeout: 50 });
  try {
    database.exec(pragmas);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export function sqliteStore(database: DatabaseSync, location: string, patienceMs = 5_000): Store {
  return new SqliteStore(database, location, patienceMs);
}

class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #location: string;
  readonly #files: Files | undefined;
  readonly #commits: GroupCommit;
  /** A table of which most could not be read says here whether that is still so. */
  readonly #damaged = new Set<() => boolean>();

  constructor(database: DatabaseSync, location: string, patienceMs: number) {
    this.#database = database;
    this.#location = location;
    const path = database.location();
    this.#files = path ? new Files(path, location) : undefined;
    this.#commits = new GroupCommit(database, patienceMs, this.#files);
  }

  async collection<S>(name: string, spec: CollectionSpec<S> = {}): Promise<Collection<S>> {
    const keys = keysOf(name, spec);
    try {
      await this.#commits.write(() => this.#prepare(name, keys));
    } catch (error) {
      throw translated(error, this.#location, name);
    }
    const onDamage = (isDamaged: () => boolean) => void this.#damaged.add(isDamaged);
    return new SqliteCollection(name, keys, this.#database, this.#commits, this.#location, onDamage);
  }

  // A part of a transaction that others share: undone alone when it fails.
  #prepare<S>(name: string, keys: readonly Key<S>[]): void {
    this.#database.exec('SAVEPOINT prepare');
    try {
      prepareTable(this.#database, name, keys);
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK TO prepare');
      throw error;
    } finally {
      if (this.#database.isTransaction) this.#database.exec('RELEASE prepare');
    }
  }

  /** Reads; where the last write failed for a reason of the store's, or a table was damaged, looks whether that is over. */
  async ping(): Promise<void> {
    try {
      this.#files?.check();
      this.#files?.checkWritable();
      const version = this.#database.prepare('PRAGMA user_version').get()?.user_version;
      this.#database.prepare('SELECT 1 FROM sqlite_schema').get();
      if (this.#commits.troubled)
        await this.#commits.write(() => this.#database.exec(`PRAGMA user_version = ${version}`));
    } catch (error) {
      throw translated(error, this.#location);
    }
    for (const isDamaged of this.#damaged) {
      if (isDamaged()) throw new StoreUnavailableError(`the store ${this.#location} is damaged`);
      this.#damaged.delete(isDamaged);
    }
  }

  async close(): Promise<void> {
    await this.#commits.close();
    if (this.#database.isOpen) this.#database.close();
  }
}
