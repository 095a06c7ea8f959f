import { renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a file for its owner alone, as a whole or not at all: a crash, or a full disk, leaves the file that was there before.
 *
 * @param {string} file
 * @param {string} text
 */
export function writeWhole(file, text) {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flush: true });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
