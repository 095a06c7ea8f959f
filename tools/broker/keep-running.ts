import { NoBrokerError, type Say } from './broker.ts';
import type { Guard } from './guarded.ts';

export interface Startable {
  /** Starts the processes, always with the same ports and data; resolves when they answer. */
  start(signal: AbortSignal): Promise<Guard>;
  /** Where what they print goes. */
  readonly output: string;
  readonly say: Say;
  /** Aborted while nobody wants it to start any more. */
  readonly signal?: AbortSignal | undefined;
}

const MOST_ENDS = 3;
const WITHIN_MS = 60_000;

/**
 * A broker of ours that is looked after: when it ends unasked, it is started again, with a word. At its third end within a minute it is
 * given up: `failed` then tells why.
 */
export class KeptBroker {
  readonly #what: Startable;
  readonly #failed = new AbortController();
  #stopping = new AbortController();
  #guard: Guard;
  #ends: number[] = [];
  #mending: Promise<void> | undefined;

  static async start(what: Startable): Promise<KeptBroker> {
    return new KeptBroker(what, await what.start(what.signal ?? new AbortController().signal));
  }

  private constructor(what: Startable, guard: Guard) {
    this.#what = what;
    this.#guard = this.#watched(guard);
  }

  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  get pids(): readonly number[] {
    return this.#guard.pids;
  }

  /** Ends it, and what has begun to start it again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#mending;
    await this.#guard.stop();
  }

  /** Lets it end: whoever asks for that starts it again. */
  letEnd(): void {
    this.#stopping.abort();
  }

  async restart(): Promise<void> {
    await this.stop();
    this.#stopping = new AbortController();
    this.#guard = this.#watched(await this.#what.start(this.#stopping.signal));
  }

  get ended(): boolean {
    return this.#guard.ended.aborted;
  }

  #watched(guard: Guard): Guard {
    const mend = () => {
      if (!this.#stopping.signal.aborted) this.#mending = this.#mend();
    };
    guard.ended.addEventListener('abort', mend, { once: true });
    return guard;
  }

  async #mend(): Promise<void> {
    const { start, say } = this.#what;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#ends = [...this.#ends.filter((at) => performance.now() - at < WITHIN_MS), performance.now()];
      if (this.#ends.length >= MOST_ENDS) return this.#giveUp();
      say('RabbitMQ has ended unasked: it is started again');
      const guard = await start(signal).catch(() => undefined);
      if (!guard) continue;
      this.#guard = this.#watched(guard);
      return;
    }
  }

  #giveUp(): void {
    const times = `RabbitMQ has ended ${MOST_ENDS} times within a minute and is not started again`;
    this.#failed.abort(new NoBrokerError(`${times}: see ${this.#what.output}`));
  }
}
