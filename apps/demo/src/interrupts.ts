import { constants } from 'node:os';

/** Somebody wants us to end: Ctrl-C, a terminal that closes, a supervisor. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  /** 130 for SIGINT, 143 for SIGTERM: what shells and supervisors expect. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

// Ctrl-C reaches us from the terminal and again through npm and the launcher: within this time, that is one wish.
const ONE_WISH_MS = 500;
/** What stops slower than this is left to the system. */
const STOP_MS = 25_000;

/** Aborts with InterruptedError at the first wish to end; a later one, or a stop that takes too long, ends the process at once. */
export function listenForInterrupts(say: (line: string) => void): AbortSignal {
  const interrupted = new AbortController();
  let heardAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const error = new InterruptedError(signal);
      if (!interrupted.signal.aborted) {
        heardAt = performance.now();
        say(`${signal}: stopping everything; once more ends it at once`);
        setTimeout(() => end(error, 'not everything has stopped in time'), STOP_MS).unref();
        interrupted.abort(error);
      } else if (performance.now() - heardAt > ONE_WISH_MS) {
        end(error, 'ended at once');
      }
    });
  }
  function end({ exitCode }: InterruptedError, word: string): never {
    say(word);
    process.exit(exitCode);
  }
  return interrupted.signal;
}

/** What the work gives, or the signal's reason as soon as it is aborted: the work then goes on unheard. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
