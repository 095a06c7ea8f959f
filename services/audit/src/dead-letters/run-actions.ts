import { setTimeout as delay } from 'node:timers/promises';
import { hasEnded, nextStep } from './action.ts';
import { createTakeStep, type StepParts } from './take-step.ts';

const AGAIN_MS = 2_000;
/** An action that no instance has continued for this long is abandoned: its instance is dead. */
const ABANDONED_MS = 120_000;

/** Carries out recorded actions, step by step. */
export interface ActionRunner {
  run(id: string): void;
  /** Continues actions that a stop or a crash has interrupted. */
  resume(which: 'all' | 'abandoned'): Promise<void>;
  /** Resolves when the present step has ended; the rest stays on record. */
  stop(): Promise<void>;
}

/** Two instances may carry out the same action at once: each step is decided and recorded under the lease of its queue. */
export function createActionRunner(parts: Omit<StepParts, 'stopping'>): ActionRunner {
  const { actions, clock, log } = parts;
  const running = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  const takeStep = createTakeStep({ ...parts, stopping: stopping.signal });

  async function complete(id: string): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const action = await actions.get(id);
        if (!action || hasEnded(action)) return;
        await takeStep(id, action, nextStep(action, clock()));
      } catch (error) {
        log.warn('dead-letter action waits', { action: id, error });
        await delay(AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  function run(id: string): void {
    if (running.has(id) || stopping.signal.aborted) return;
    const ended = complete(id).finally(() => running.delete(id));
    running.set(id, ended);
  }

  return {
    run,
    async resume(which) {
      const now = clock().getTime();
      for await (const { id, action } of actions.unfinished()) {
        // Absolute: a time in the future was recorded by a wrong clock, and its age is unknown.
        const isAbandoned = Math.abs(now - Date.parse(action.updatedAt)) > ABANDONED_MS;
        if (which === 'all' || isAbandoned) run(id);
      }
    },
    async stop() {
      stopping.abort();
      await Promise.all(running.values());
    },
  };
}
