import { constants } from 'node:os';
import { SetupError } from './setup-error.mjs';

/**
 * Ctrl-C and its like while something is installed: the first aborts, a later one ends this process at once. `release` leaves them to
 * whoever comes next.
 *
 * @param {(line: string) => void} say
 */
export function listenForInterrupts(say) {
  const interrupted = new AbortController();
  /** @param {NodeJS.Signals} signal */
  const heard = (signal) => {
    const exitCode = 128 + constants.signals[signal];
    if (interrupted.signal.aborted) process.exit(exitCode);
    say(`${signal}: stopping what is being installed; the next start goes on with it`);
    interrupted.abort(new SetupError(`ended by ${signal}`, { exitCode }));
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, heard);
  return {
    signal: interrupted.signal,
    release: () => {
      for (const signal of signals) process.off(signal, heard);
    },
  };
}
