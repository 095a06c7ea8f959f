import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serviceEntries } from '@order-events/contracts/services';

export interface RunningSystem {
  readonly pid: number;
  readonly gateway: string;
  readonly tokens: { readonly customer: string; readonly admin: string };
  stop(): Promise<void>;
}

const startWithinMs = 120_000;

/** `npm start` without its demo, as a process of its own, on free ports and fresh data. */
export async function startRunningSystem(): Promise<RunningSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'order-events-bench-'));
  const ports = Object.fromEntries(serviceEntries.map(({ name }) => [`${name.toUpperCase()}_PORT`, '0']));
  // A person who orders as fast as this one is no person.
  const env = { ...process.env, ...ports, DATA_FOLDER: folder, ORDERS_REQUESTS_PER_MINUTE: '1000000' };
  const child = spawn(process.execPath, ['apps/demo/src/main.ts', '--no-demo'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { gateway, tokens } = await readRunning(child, join(folder, 'running.json'));
  return {
    pid: child.pid ?? 0,
    gateway,
    tokens,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function readRunning(child: ChildProcess, file: string): Promise<Pick<RunningSystem, 'gateway' | 'tokens'>> {
  const deadline = Date.now() + startWithinMs;
  while (Date.now() < deadline && child.exitCode === null) {
    if (existsSync(file)) {
      const running = parsed(await readFile(file, 'utf8'));
      if (running) return running;
    }
    await delay(20);
  }
  child.kill('SIGKILL');
  throw new Error(`the system did not start${child.exitCode === null ? ` within ${startWithinMs} ms` : ''}`);
}

// The file may be read while it is being written.
function parsed(text: string): Pick<RunningSystem, 'gateway' | 'tokens'> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
