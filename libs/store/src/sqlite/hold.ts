import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './errors.ts';

/** A file that one process at a time holds. The system lets go of it when the process ends, however it ends. */
export interface Held {
  release(): void;
}

/** Another process holds the file; its number, where it could be read. */
export class HeldElsewhereError extends Error {
  override readonly name = 'HeldElsewhereError';
  readonly pid: number | undefined;

  constructor(file: string, pid: number | undefined) {
    super(`${file} is held by process ${pid ?? 'unknown'}`);
    this.pid = pid;
  }
}

/**
 * Holds the file, making it when it is missing. A lock of SQLite's is one of the system's: a killed process leaves none behind, and of two
 * that come at once one gets it. Throws HeldElsewhereError, or SQLite's error when the file can't be written.
 */
export function holdFile(file: string): Held {
  const database = new DatabaseSync(file, { timeout: 200 });
  try {
    // Who holds it is committed first, so that others can read it; then the lock is taken for good.
    database.exec('BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS owner (pid INTEGER); DELETE FROM owner');
    database.prepare('INSERT INTO owner VALUES (?)').run(process.pid);
    database.exec('COMMIT; BEGIN IMMEDIATE');
  } catch (error) {
    const elsewhere = isBusy(error) ? new HeldElsewhereError(file, ownerIn(database)) : error;
    database.close();
    throw elsewhere;
  }
  return { release: () => database.isOpen && database.close() };
}

function ownerIn(database: DatabaseSync): number | undefined {
  try {
    return database.prepare('SELECT pid FROM owner').get()?.pid as number | undefined;
  } catch {
    return undefined; // It is just being written.
  }
}
