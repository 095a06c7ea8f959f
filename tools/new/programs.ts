import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs git and gives its output. */
export async function git(root: string, ...args: readonly string[]): Promise<string> {
  return (await run('git', args, { cwd: root })).stdout;
}

/** Runs npm, and programs of node_modules, until the signal comes. Rejects with what they printed when they fail. */
export function programsIn(cwd: string, signal: AbortSignal) {
  return {
    async npm(...args: readonly string[]): Promise<void> {
      await run('npm', args, { cwd, signal });
    },
    async program(path: string, ...args: readonly string[]): Promise<void> {
      await run(process.execPath, [join(cwd, 'node_modules', path), ...args], { cwd, signal });
    },
  };
}
