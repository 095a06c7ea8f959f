import { setTimeout as pause } from 'node:timers/promises';
import { type Log, reasonOf } from './log.ts';

export interface SweepEachOptions<D extends { readonly id: string }> {
  /** Names the job in the log. */
  readonly name: string;
  /** A page of what is to be done now, oldest first; a document that is done leaves the index. */
  readonly find: (page: { readonly limit: number; readonly after?: string }) => Promise<DuePage<D>>;
  /** Does one; may run again, and at the same time elsewhere. */
  readonly act: (document: D) => Promise<unknown>;
  readonly log: Log;
  /** Fields for the log line of one that failed, such as its order; `{ id }`. */
  readonly about?: (document: D) => object;
  /** Whether an error concerns all documents alike: the round ends with it. Without: errors that say `outage: true`. */
  readonly isOutage?: (error: unknown) => boolean;
  readonly limits?: Partial<SweepEachLimits>;
  /** Milliseconds from any beginning; performance.now(). */
  readonly now?: () => number;
}

export interface DuePage<D> {
  readonly documents: readonly D[];
  readonly next?: string;
}

export interface SweepEachLimits {
  /** Documents read at once; 100. */
  readonly page: number;
  /** Documents read in one round; 1,000. The next round goes on behind them. */
  readonly perRound: number;
  /** Documents done at once; 10. */
  readonly atOnce: number;
  /** How long one may take until it counts as failed, in milliseconds; 60,000. */
  readonly patienceMs: number;
  /** How long one is left alone after its first failure, in milliseconds; 30,000. It doubles with each failure. */
  readonly firstPauseMs: number;
  /** How long one is left alone at most, in milliseconds; 600,000. */
  readonly longestPauseMs: number;
  /** Documents whose failures are remembered; 10,000. */
  readonly remembered: number;
}

const defaults: SweepEachLimits = {
  page: 100,
  perRound: 1_000,
  atOnce: 10,
  patienceMs: 60_000,
  firstPauseMs: 30_000,
  longestPauseMs: 10 * 60_000,
  remembered: 10_000,
};

/**
 * A job of a sweep that does something about each document of an index. A document that fails, or doesn't end, is
 * logged, left alone for a while and keeps no other from its turn, however many of them come first.
 */
export function sweepEach<D extends { readonly id: string }>(options: SweepEachOptions<D>): () => Promise<void> {
  const rounds = new Rounds(options, { ...defaults, ...options.limits });
  const round = () => rounds.next();
  Object.defineProperty(round, 'name', { value: options.name });
  return round;
}

class Rounds<D extends { readonly id: string }> {
  readonly #options: SweepEachOptions<D>;
  readonly #limits: SweepEachLimits;
  readonly #failures: Failures;
  /** Where the next round goes on; undefined: at the beginning. */
  #from: string | undefined;

  constructor(options: SweepEachOptions<D>, limits: SweepEachLimits) {
    this.#options = options;
    this.#limits = limits;
    this.#failures = new Failures(limits, options.now ?? (() => performance.now()));
  }

  async next(): Promise<void> {
    const { page: limit, perRound } = this.#limits;
    for (let read = 0; read < perRound; ) {
      const page = await this.#options.find({ limit, ...(this.#from !== undefined && { after: this.#from }) });
      read += page.documents.length;
      if (!(await this.#attemptAll(page.documents.filter(({ id }) => this.#failures.mayTry(id))))) return;
      this.#from = page.next;
      if (this.#from === undefined) return;
    }
  }

  /** False when there is no point in doing the next one. */
  async #attempt(document: D): Promise<boolean> {
    const { name, act, about, log, isOutage = saysOutage } = this.#options;
    try {
      await within(this.#limits.patienceMs, act(document));
      this.#failures.forget(document.id);
      return true;
    } catch (error) {
      const failed = this.#failures.add(document.id);
      const fields = { job: name, ...(about?.(document) ?? { id: document.id }), ...failed };
      log.warn('sweep left one for later', { ...fields, reason: reasonOf(error), error });
      return !isOutage(error);
    }
  }

  async #attemptAll(documents: readonly D[]): Promise<boolean> {
    const left = documents.values();
    let goesOn = true;
    const work = async () => {
      for (const document of left) {
        goesOn = (await this.#attempt(document)) && goesOn;
        if (!goesOn) return;
      }
    };
    await Promise.all(Array.from({ length: this.#limits.atOnce }, work));
    return goesOn;
  }
}

/** Who failed, how often, and until when they are left alone. */
class Failures {
  readonly #limits: SweepEachLimits;
  readonly #now: () => number;
  readonly #failed = new Map<string, { readonly times: number; readonly until: number }>();

  constructor(limits: SweepEachLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  mayTry(id: string): boolean {
    return (this.#failed.get(id)?.until ?? 0) <= this.#now();
  }

  add(id: string): { failures: number; pauseMs: number } {
    const { firstPauseMs, longestPauseMs, remembered } = this.#limits;
    const times = (this.#failed.get(id)?.times ?? 0) + 1;
    const pauseMs = Math.min(firstPauseMs * 2 ** (times - 1), longestPauseMs);
    this.#failed.delete(id);
    this.#failed.set(id, { times, until: this.#now() + pauseMs });
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > remembered && oldest !== undefined) this.#failed.delete(oldest);
    return { failures: times, pauseMs };
  }

  forget(id: string): void {
    this.#failed.delete(id);
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const tooLate = async () => {
    await pause(ms, undefined, { signal: over.signal, ref: false });
    throw new Error(`it did not end within ${ms / 1_000} s`);
  };
  try {
    await Promise.race([work, tooLate()]);
  } finally {
    over.abort();
  }
}

function saysOutage(error: unknown): boolean {
  return (error as { outage?: unknown } | null | undefined)?.outage === true;
}
