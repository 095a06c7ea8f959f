import { type Log, reasonOf } from './log.ts';

export interface SweepOptions {
  readonly jobs: readonly (() => Promise<void>)[];
  readonly log: Log;
  /** Milliseconds between two runs of a job, give or take a tenth; 30,000. */
  readonly everyMs?: number;
}

/** Runs jobs every 30 s or so, so that instances don't sweep in step. A job that fails or hangs disturbs no other. */
export interface Sweep {
  start(): void;
  /** Waits for what is running. */
  stop(): Promise<void>;
  /** Runs every job now; one that is running is joined instead, never run twice at once. */
  runNow(): Promise<void>;
}

export function createSweep({ jobs, log, everyMs = 30_000 }: SweepOptions): Sweep {
  const rounds = jobs.map((job) => new Round(job, log, everyMs));
  return {
    start: () => {
      for (const round of rounds) round.start();
    },
    stop: async () => void (await Promise.all(rounds.map((round) => round.stop()))),
    runNow: async () => void (await Promise.all(rounds.map((round) => round.run()))),
  };
}

class Round {
  readonly #job: () => Promise<void>;
  readonly #log: Log;
  readonly #everyMs: number;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(job: () => Promise<void>, log: Log, everyMs: number) {
    this.#job = job;
    this.#log = log;
    this.#everyMs = everyMs;
  }

  /** The first run comes soon: what an instance left behind when it died is waiting. */
  start(): void {
    this.#schedule(Math.random() * 0.1);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  run(): Promise<void> {
    this.#running ??= this.#once().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  #schedule(rounds: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(async () => {
      await this.run();
      this.#schedule(0.9 + Math.random() * 0.2);
    }, this.#everyMs * rounds);
  }

  async #once(): Promise<void> {
    try {
      await this.#job();
    } catch (error) {
      this.#log.error('sweep job failed', { job: this.#job.name, reason: reasonOf(error) });
    }
  }
}
