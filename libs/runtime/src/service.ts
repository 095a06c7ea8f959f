import type { Logger } from './logger.ts';

/** A whole service, or all of them: created without a side effect, started once, stopped once. */
export interface Service {
  readonly name: string;
  /** Where it answers; known after start. */
  readonly url: string;
  /** Resolves when it takes work. Rejects when it can't, with everything it had begun stopped again. */
  start(): Promise<void>;
  /** Finishes what is under way, within the bounds of its parts. Safe at any moment, also during start; idempotent. */
  stop(): Promise<void>;
}

export interface Part {
  readonly name: string;
  /** Left out for what runs from the moment it is made. */
  start?(): void | Promise<void>;
  stop(): void | Promise<void>;
}

/** A list, or a generator that makes each part from those before it: it goes on once the part it gave has started. */
export type Parts = Iterable<Part> | AsyncIterable<Part>;

/** Parts start one after another in this order and stop in the reverse order: what serves others comes before them. */
export function composeService(name: string, log: Logger, parts: Parts, url: () => string): Service {
  const running: Part[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function startParts(): Promise<void> {
    const began = performance.now();
    try {
      for await (const part of parts) {
        // It runs already: a stop that came meanwhile has to reach it too.
        if (!part.start) running.push(part);
        if (stopping) throw new Error(`${name} was stopped while it started`);
        if (!part.start) continue;
        await part.start();
        running.push(part);
      }
    } catch (error) {
      await stopParts().catch((left: unknown) => log.error('parts did not stop after a failed start', { error: left }));
      throw error;
    }
    log.info('service started', { url: url(), milliseconds: Math.round(performance.now() - began) });
  }

  async function stopParts(): Promise<void> {
    const failures: unknown[] = [];
    for (let part = running.pop(); part; part = running.pop()) {
      try {
        await part.stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${name} did not stop cleanly`);
  }

  async function stopAll(): Promise<void> {
    await starting?.catch(() => undefined);
    await stopParts();
    log.info('service stopped');
  }

  return {
    name,
    get url() {
      return url();
    },
    start: () => (starting ??= startParts()),
    stop: () => (stopping ??= stopAll()),
  };
}
