import { setTimeout as wait } from 'node:timers/promises';
import { ServiceError } from '@order-events/runtime';

/** What can be switched at run time. `errorRate` 0–1; half of the errors strike before the work is done, half after. */
export interface Faults {
  readonly errorRate: number;
  readonly delayMs: number;
  /** Connections are cut without an answer, as by a host that is gone. */
  readonly down: boolean;
}

export const noFaults: Faults = { errorRate: 0, delayMs: 0, down: false };

/** Does the work as the faults allow; rejects with `unavailable` where the answer is an error. */
export async function faulty<T>({ errorRate, delayMs }: Faults, work: () => T | Promise<T>, dice = Math.random): Promise<T> {
  if (delayMs > 0) await wait(delayMs, undefined, { ref: false });
  const roll = dice();
  if (roll < errorRate / 2) throw new FaultError();
  const done = await work();
  if (roll < errorRate) throw new FaultError();
  return done;
}

export class FaultError extends ServiceError {
  constructor() {
    super('unavailable', 'sandbox-fault', 'the sandbox was told to fail');
  }
}
