import type { ConsumeMessage } from 'amqplib';
import { settledWithin } from '../backoff.ts';

/** The messages that a consumer is processing, over all its channels. */
export class InFlight {
  readonly #running = new Set<Promise<void>>();
  /** In the order of arrival, so the first one is the oldest. */
  readonly #since = new Map<ConsumeMessage, Date>();

  get count(): number {
    return this.#running.size;
  }

  /** Since when the oldest message has been here, trial messages apart. */
  get oldest(): Date | undefined {
    const [oldest] = this.#since.values();
    return oldest;
  }

  /** `work` must not reject. */
  run(message: ConsumeMessage, at: Date, work: () => Promise<void>): void {
    this.#since.set(message, at);
    const running = work().finally(() => {
      this.#since.delete(message);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** A trial message is held on purpose: its age is no sign of a stuck handler. */
  onTrial(message: ConsumeMessage): void {
    this.#since.delete(message);
  }

  /** Resolves when none is left, at the latest after the time. */
  async drained(ms: number): Promise<void> {
    await settledWithin(Promise.all(this.#running), ms);
  }
}
