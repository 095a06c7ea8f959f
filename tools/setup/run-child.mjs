import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a command to its end and gives its exit code. An abort ends it with SIGTERM; once it has ended, the signal's reason is thrown.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @param {AbortSignal} [signal]
 * @returns {Promise<number | null>}
 */
export async function runChild(command, args, options, signal) {
  signal?.throwIfAborted();
  const child = spawn(command, args, options);
  const end = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', end, { once: true });
  const [code] = await once(child, 'close');
  signal?.removeEventListener('abort', end);
  signal?.throwIfAborted();
  return code;
}
