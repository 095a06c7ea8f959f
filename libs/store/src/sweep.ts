import type { Log } from './relay.ts';

export interface SweepOptions {
  readonly jobs: readonly (() => Promise<void>)[];
  readonly log: Log;
  readonly everyMs?: number;
}

/** Runs the jobs every 30 s, never two rounds at once; a job that fails is logged and disturbs no other. */
export interface Sweep {
  start(): void;
  /** Waits for the round that is running. */
  stop(): Promise<void>;
  /** Runs a round now, or joins the one that is running. */
  runNow(): Promise<void>;
}

export declare function createSweep(options: SweepOptions): Sweep;
