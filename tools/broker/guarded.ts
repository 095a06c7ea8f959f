import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guarded } from './guardian.ts';

export interface Guard {
  /** In the order of the commands. */
  readonly pids: readonly number[];
  /** Aborted when the processes have ended, for whatever reason. */
  readonly ended: AbortSignal;
  /** Orderly if the order gives them time; resolves when all have ended. */
  stop(): Promise<void>;
}

/** Starts commands that end with this process, even when it is killed. What they print goes into the file. */
export async function startGuarded(order: Guarded, outputFile: string): Promise<Guard> {
  const output = openSync(outputFile, 'w');
  const guardian = fork(join(import.meta.dirname, 'guardian.ts'), {
    detached: true,
    execArgv: [],
    stdio: ['ignore', output, output, 'ipc'],
  });
  closeSync(output);
  const ended = new AbortController();
  let pids: readonly number[] = [];
  guardian.once('exit', (_code, signal) => {
    if (signal !== null) pids.forEach(killOutright);
    ended.abort();
  });
  guardian.send(order);
  const [started] = (await once(guardian, 'message', { signal: ended.signal })) as [{ pids: (number | undefined)[] }];
  pids = started.pids.filter((pid) => pid !== undefined);

  return {
    pids,
    ended: ended.signal,
    async stop() {
      if (ended.signal.aborted) return;
      const end = once(ended.signal, 'abort');
      guardian.send('stop', () => {});
      await end;
    },
  };
}

/** For the case that the guardian itself was killed. */
function killOutright(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** The end of what the commands printed. */
export async function lastLines(outputFile: string): Promise<string> {
  const text = await readFile(outputFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-15).join('\n');
}
