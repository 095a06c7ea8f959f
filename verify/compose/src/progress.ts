import { setTimeout as pause } from 'node:timers/promises';

/** Says the run cannot take place on this machine: no failure, but named. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

/** Tells what is going on, and counts what held and what did not. */
export class Progress {
  #passed = 0;
  #failed = 0;

  /** A detail of the step that runs. */
  note(text: string): void {
    console.log(`       ${text}`);
  }

  /** Something that has to be done first; it counts only when it fails. */
  async prepare<T>(name: string, work: () => Promise<T>): Promise<T> {
    return await this.#time(name, '    ', work);
  }

  /** A promise that has to hold. */
  async check<T>(name: string, work: () => Promise<T>): Promise<T> {
    const result = await this.#time(name, 'ok  ', work);
    this.#passed += 1;
    return result;
  }

  async #time<T>(name: string, mark: string, work: () => Promise<T>): Promise<T> {
    console.log(`  ...  ${name}`);
    const start = performance.now();
    const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
    try {
      const result = await work();
      console.log(`  ${mark} ${name} (${seconds()} s)`);
      return result;
    } catch (error) {
      if (error instanceof Skipped) throw error;
      this.#failed += 1;
      console.log(`  FAIL ${name} (${seconds()} s)`);
      throw error;
    }
  }

  get failed(): number {
    return this.#failed;
  }

  summary(): string {
    return `test:compose: ${this.#passed} passed, ${this.#failed} failed`;
  }
}

/** Asks again until the answer is no longer undefined; throws with what is missing when the time is up. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { seconds, every = 0.5, signal }: { seconds: number; every?: number; signal?: AbortSignal },
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(every * 1000);
  }
  throw new Error(`waited ${seconds} s in vain: ${what}`);
}
