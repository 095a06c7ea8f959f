import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const LINES_SHOWN = 25;

export interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Milliseconds until the command is ended; five minutes unless told. */
  timeout?: number;
  signal?: AbortSignal;
}

/** A command that failed, was ended by its time limit, or could not be started. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly output: string;

  constructor(command: string, output: string, cause: unknown) {
    super(`${command}\n${output.trimEnd().split('\n').slice(-LINES_SHOWN).join('\n')}`, { cause });
    this.output = output;
  }
}

/** Runs a command to its end and gives what it wrote to standard output; throws CommandError, its last lines included. */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const limits = { timeout: 300_000, maxBuffer: 64 * 2 ** 20, encoding: 'utf8' as const };
  try {
    const { stdout } = await execute(command, args, { ...limits, ...options });
    return stdout;
  } catch (cause) {
    const line = [command, ...args].join(' ').slice(0, 200);
    throw new CommandError(`${line}: ${reasonOf(cause)}`, outputOf(cause), cause);
  }
}

/** Whether a command ends with exit code 0 within its time limit. */
export async function succeeds(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<boolean> {
  try {
    await run(command, args, options);
    return true;
  } catch {
    return false;
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'failed';
  if (cause.name === 'AbortError') return 'interrupted';
  if ('killed' in cause && cause.killed === true) return 'took too long';
  return 'code' in cause ? `failed (${String(cause.code)})` : 'failed';
}

function outputOf(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
  return `${stdout}\n${stderr}`.trim();
}
