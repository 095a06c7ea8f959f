import { setTimeout as pause } from 'node:timers/promises';
import type { Lane } from './lane.ts';
import type { RelayLimits } from './relay.ts';

/**
 * Lanes whose publish failed. Retries start with one at a time and double with every round that works, so that neither
 * a broker that is down nor one document that cannot be published keeps everybody busy. New commits don't wait for it.
 */
export class Retries {
  readonly #run: (lane: Lane) => Promise<boolean>;
  readonly #limits: RelayLimits;
  readonly #waiting = new Set<Lane>();
  readonly #stopped = new AbortController();
  #going = false;

  /** `run` says whether it worked; where it didn't, it has added the lane again. */
  constructor(run: (lane: Lane) => Promise<boolean>, limits: RelayLimits) {
    this.#run = run;
    this.#limits = limits;
  }

  has(lane: Lane): boolean {
    return this.#waiting.has(lane);
  }

  add(lane: Lane): void {
    this.#waiting.add(lane);
    if (!this.#going) void this.#go();
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #go(): Promise<void> {
    this.#going = true;
    for (let failures = 1, width = 1; this.#waiting.size > 0; ) {
      if (failures > 0) await this.#pause(failures);
      if (this.#stopped.signal.aborted) return;
      const fine = await this.#round(width);
      failures = fine ? 0 : failures + 1;
      width = fine ? Math.min(width * 2, this.#limits.window) : 1;
    }
    this.#going = false;
  }

  async #round(width: number): Promise<boolean> {
    const lanes = [...this.#waiting].slice(0, width);
    for (const lane of lanes) this.#waiting.delete(lane);
    const worked = await Promise.all(lanes.map(this.#run));
    return worked.every(Boolean);
  }

  async #pause(failures: number): Promise<void> {
    const { retryMs, longestRetryMs } = this.#limits;
    const wait = Math.min(retryMs * 2 ** (failures - 1), longestRetryMs) * (0.5 + Math.random() / 2);
    await pause(wait, undefined, { signal: this.#stopped.signal, ref: false }).catch(() => undefined);
  }
}
