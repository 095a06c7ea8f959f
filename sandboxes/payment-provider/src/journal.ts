import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Entry, Journal } from './ledger.ts';

/** A file of JSON lines, appended before an answer leaves, so that a restarted sandbox still knows what it did. */
export function openJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true });
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  // Killed while it wrote, it left half a line, whose answer never left either.
  const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
  if (whole.length < bytes.length) truncateSync(path, whole.length);
  const lines = whole.toString('utf8').split('\n').filter(Boolean);
  return {
    kept: lines.map((line) => JSON.parse(line) as Entry),
    write: (entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 }),
  };
}
