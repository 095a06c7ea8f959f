/**
 * The process between us and a broker's processes. They must end with us, also when we are killed outright: the channel to us closes
 * whatever ends us, and nothing else tells for certain. It runs in a session of its own, where Ctrl-C does not reach it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

export interface Guarded {
  /** Started in this order; the end of one is the end of all. */
  readonly commands: readonly (readonly [string, ...string[]])[];
  readonly env: Record<string, string>;
  /** How long they may take to end in an orderly way, once we are gone or ask for it. 0: killed at once. */
  readonly graceMs: number;
  /** Removed once all have ended, if we are gone by then: nobody else is left to do it. */
  readonly removeWhenAbandoned?: string;
}

const children = new Set<ChildProcess>();
let order: Guarded | undefined;

process.on('message', (message: Guarded | 'stop') => {
  if (message === 'stop') {
    stopAll();
  } else {
    order = message;
    process.send?.({ pids: message.commands.map((command) => start(command, message.env)) });
  }
});
process.on('disconnect', stopAll);

function start([command, ...args]: readonly [string, ...string[]], env: Record<string, string>): number | undefined {
  const child = spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  children.add(child);
  child.once('error', (error) => console.error(error.message));
  child.once('close', () => {
    children.delete(child);
    stopAll();
    if (children.size === 0) finish();
  });
  return child.pid;
}

let stopping = false;
function stopAll(): void {
  if (children.size === 0) finish();
  if (stopping) return;
  stopping = true;
  const graceMs = order?.graceMs ?? 0;
  signalAll(graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
  setTimeout(() => signalAll('SIGKILL'), graceMs);
}

function signalAll(signal: NodeJS.Signals): void {
  for (const child of children) child.kill(signal);
}

function finish(): void {
  const folder = process.connected ? undefined : order?.removeWhenAbandoned;
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit();
}
