import type { DatabaseSync } from 'node:sqlite';
import { StoreUnavailableError } from '../errors.ts';
import { probes } from '../probes.ts';
import { isBusy, isDamage, isTrouble } from './errors.ts';
import type { Files } from './files.ts';

const together = 256;

interface Write {
  readonly run: () => unknown;
  readonly since: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: writes asked for in the same turn of the event loop share one transaction, and so one wait for the
 * disk. Each resolves after the commit. One that fails (a duplicate, say) undoes only itself; when the store itself
 * is in trouble all of the group fail and nothing of it is stored. A write that meets a damaged page fails alone.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #patienceMs: number;
  readonly #files: Files | undefined;
  #troubled = false;
  #queue: Write[] = [];
  #timer: NodeJS.Immediate | NodeJS.Timeout | undefined;
  #drained: (() => void)[] = [];
  #closed = false;

  /** `patienceMs`: how long a write waits while another process holds the file. */
  constructor(database: DatabaseSync, patienceMs: number, files?: Files) {
    this.#database = database;
    this.#files = files;
    this.#patienceMs = patienceMs;
  }

  write<T>(run: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreUnavailableError('the store is closed'));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ run, since: performance.now(), resolve: (result) => resolve(result as T), reject });
      this.#timer ??= setImmediate(() => this.#flush());
    });
  }

  /** Whether the last group could not be stored for a reason that is not its own. */
  get troubled(): boolean {
    return this.#troubled;
  }

  /** Takes no more writes; resolves when the last is done. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  #flush(): void {
    const group = this.#queue.splice(0, together);
    const waiting = this.#commit(group);
    this.#queue.unshift(...waiting);
    this.#timer = this.#queue.length > 0 ? this.#later(waiting.length > 0) : undefined;
    if (!this.#timer) for (const resolve of this.#drained.splice(0)) resolve();
  }

  /** Answers the writes, except those it returns: another process holds the file, and they have patience left. */
  #commit(group: Write[]): Write[] {
    try {
      for (const answer of this.#transact(group)) answer();
      this.#troubled = false;
      return [];
    } catch (error) {
      if (isDamage(error) && group.length > 1) return group.flatMap((write) => this.#commit([write]));
      const tooLate = performance.now() - this.#patienceMs;
      const waiting = isBusy(error) ? group.filter(({ since }) => since > tooLate) : [];
      this.#troubled = waiting.length < group.length && !isDamage(error);
      for (const write of group) if (!waiting.includes(write)) write.reject(error);
      return waiting;
    }
  }

  #transact(group: readonly Write[]): (() => void)[] {
    this.#files?.checkLog();
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const outcomes = group.map(attempt);
      probes.written.publish(group);
      this.#database.exec('COMMIT');
      this.#files?.check();
      probes.committed.publish(group);
      return outcomes;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #later(busy: boolean): NodeJS.Immediate | NodeJS.Timeout {
    return busy ? setTimeout(() => this.#flush(), 1 + Math.random() * 10) : setImmediate(() => this.#flush());
  }
}

/** Runs one write of a group. Trouble of the store is the whole group's; everything else is told to its caller only. */
function attempt(write: Write): () => void {
  try {
    const result = write.run();
    return () => write.resolve(result);
  } catch (error) {
    if (isTrouble(error)) throw error;
    return () => write.reject(error);
  }
}
