import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { runChild } from '../setup/run-child.mjs';

const run = promisify(execFile);

/** Runs git and gives its output. */
export async function git(root: string, ...args: readonly string[]): Promise<string> {
  return (await run('git', args, { cwd: root })).stdout;
}

/**
 * Runs npm, and programs by their path from `cwd`. A program shows its own errors, and rejects when it fails. The signal ends it, and
 * rejects with its reason once the program is gone: nothing writes any more.
 */
export function programsIn(cwd: string, signal: AbortSignal) {
  async function program(command: string, ...args: readonly string[]): Promise<void> {
    const code = await runChild(command, [...args], { cwd, stdio: ['ignore', 'ignore', 'inherit'] }, signal);
    if (code !== 0) throw new Error(`failed (exit code ${code}), see above: ${[command, ...args].join(' ')}`);
  }
  return {
    npm: (...args: readonly string[]) => program('npm', ...args),
    node: (path: string, ...args: readonly string[]) => program(process.execPath, path, ...args),
  };
}
