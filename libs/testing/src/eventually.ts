import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 25;

/** Tries until it doesn't throw any more and gives its result; after the time, throws what it threw last. */
export async function eventually<T>(attempt: () => T | Promise<T>, { timeoutMs = 10_000 } = {}): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(EVERY_MS);
    }
  }
}
