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
  /** Documents read at once (100), and in one round (1,000); the next round goes on behind them. */
  readonly page: number;
  readonly perRound: number;
  /** Documents done at once; 10. */
  readonly atOnce: number;
  /** How long one may take until it counts as failed; 60 s. */
  readonly patienceMs: number;
  /** How long one that failed is left alone: doubles with each failure, from 30 s to 10 min. */
  readonly firstPauseMs: number;
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
  const { name, find, log, isOutage = saysOutage } = options;
  const limits = { ...defaults, ...options.limits };
  const failures = new Failures(limits, options.now ?? (() => performance.now()));
  let from: string | undefined;

  /** False when there is no point in doing the next one. */
  async function attempt(document: D): Promise<boolean> {
    try {
      await within(limits.patienceMs, options.act(document));
      failures.forget(document.id);
      return true;
    } catch (error) {
      const failed = failures.add(document.id);
      const about = options.about?.(document) ?? { id: document.id };
      log.warn('sweep left one for later', { job: name, ...about, ...failed, reason: reasonOf(error), error });
      return !isOutage(error);
    }
  }

  async function attemptAll(documents: readonly D[]): Promise<boolean> {
    const left = documents.values();
    let goesOn = true;
    const work = async () => {
      for (const document of left) {
        goesOn = (await attempt(document)) && goesOn;
        if (!goesOn) return;
      }
    };
    await Promise.all(Array.from({ length: limits.atOnce }, work));
    return goesOn;
  }

  async function round(): Promise<void> {
    for (let read = 0; read < limits.perRound; ) {
      const page = await find({ limit: limits.page, ...(from !== undefined && { after: from }) });
      read += page.documents.length;
      if (!(await attemptAll(page.documents.filter(({ id }) => failures.mayTry(id))))) return;
      from = page.next;
      if (from === undefined) return;
    }
  }

  Object.defineProperty(round, 'name', { value: name });
  return round;
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
