import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A command was called in a way it doesn't know; the message says in one line what is wrong, and how to be helped. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The options of a command such as `npm run prove`, read strictly. Throws UsageError. */
export function readOptions<T extends ParseArgsConfig>(command: string, config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    throw new UsageError(`${complaintOf(cause)}. See: ${command} -- --help`, { cause });
  }
}

/** What parseArgs complains about, without its advice. */
function complaintOf(error: unknown): string {
  return (error as Error).message.split(/\.\s/)[0] ?? '';
}

/** A whole number within bounds, both included. Throws UsageError. */
export function whole(name: string, text: string, { min = 0, max = 999_999_999 } = {}): number {
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= min && number <= max) return number;
  throw new UsageError(`--${name} is a whole number from ${min} to ${max}`);
}

/** A time in minutes, also a part of one. Throws UsageError. */
export function minutesIn(name: string, text: string): number {
  const minutes = Number(text);
  if (/^\d{1,5}(\.\d{1,3})?$/.test(text) && minutes > 0) return minutes;
  throw new UsageError(`--${name} is a number of minutes, such as 10 or 0.5`);
}

/** Runs a command to its end: its exit code, one line for what the caller can mend, the stack of everything unexpected. */
export async function runCommand(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    const foreseen = error instanceof Error && ['UsageError', 'NoBrokerError', 'FolderError'].includes(error.name);
    const text = error instanceof Error ? ((foreseen ? undefined : error.stack) ?? error.message) : String(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = 1;
  }
}
