import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a program in our place: it gets our terminal and our signals, and its end is ours.
 *
 * @param {string} command
 * @param {string[]} args
 */
export async function runProgram(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP', 'SIGINT'])) {
    // From a terminal, Ctrl-C reaches the program by itself: all processes there get it.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal));
  }
  const [code, signal] = await once(child, 'exit');
  if (!signal) process.exit(code);
  process.stderr.write(`ended by ${signal}\n`);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
