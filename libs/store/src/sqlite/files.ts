import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailableError } from '../errors.ts';

// What is open is three files. SQLite writes on into files that have no name any more, and calls it stored.
const suffixes = ['', '-wal', '-shm'] as const;
type Suffix = (typeof suffixes)[number];

/**
 * Whether the files at the store's path are those that are open, and whole. Costs some 5 µs for each file. A file that
 * is overwritten in place by another of at least its size stays unnoticed until a page of it is read.
 */
export class Files {
  readonly #path: string;
  readonly #store: string;
  readonly #known = new Map<Suffix, Stats>();

  /** The path as SQLite opened it; `store` is its name in errors. */
  constructor(path: string, store: string) {
    this.#path = path;
    this.#store = store;
    this.check();
  }

  /** Throws StoreUnavailableError, with the reason, when one was taken away. */
  check(which: readonly Suffix[] = suffixes): void {
    for (const suffix of which) {
      const known = this.#known.get(suffix);
      const found = this.#stat(suffix);
      if (known) this.#compare(suffix, known, found);
      if (found) this.#known.set(suffix, found);
    }
  }

  /** Before a write: a log that was cut is not made to look whole by writing behind the cut. */
  checkLog(): void {
    this.check(['-wal']);
  }

  /** Throws when the file system takes no writes any more. */
  checkWritable(): void {
    try {
      accessSync(this.#path, constants.W_OK);
    } catch (error) {
      throw new StoreUnavailableError(`the store ${this.#store} is read-only`, { cause: error });
    }
  }

  #stat(suffix: Suffix): Stats | undefined {
    try {
      return statSync(this.#path + suffix, { throwIfNoEntry: false });
    } catch (error) {
      throw this.#taken('its folder cannot be read', { cause: error });
    }
  }

  #compare(suffix: Suffix, known: Stats, found: Stats | undefined): void {
    const name = suffix === '' ? 'its file' : `its file ${suffix}`;
    if (!found) throw this.#taken(`${name} was deleted or moved`);
    if (found.ino !== known.ino || found.dev !== known.dev) throw this.#taken(`${name} was replaced`);
    const isCut = suffix !== '-shm' && found.size < known.size;
    if (isCut && !(this.#stat('')?.size && this.#isSound())) throw this.#taken(`${name} was cut short`);
  }

  // A checkpoint or VACUUM of another process may cut a file, too. A new connection has no page in its cache.
  #isSound(): boolean {
    try {
      const fresh = new DatabaseSync(this.#path, { readOnly: true });
      try {
        return Object.values(fresh.prepare('PRAGMA quick_check(1)').get() ?? {})[0] === 'ok';
      } finally {
        fresh.close();
      }
    } catch {
      return false;
    }
  }

  #taken(why: string, options?: ErrorOptions): StoreUnavailableError {
    const mend = 'stop the service, put the right file in its place, start it again';
    return new StoreUnavailableError(`the store ${this.#store} was taken away: ${why}; ${mend}`, options);
  }
}
