import { setTimeout as wait } from 'node:timers/promises';
import { ServiceError } from '@order-events/runtime';

/** What can be switched at run time. `errorRate` is 0 to 1; half of the errors strike before the work is done, half after. */
export interface Faults {
  readonly errorRate: number;
  readonly delayMs: number;
  /** Connections are cut without an answer, as by a host that is gone. */
  readonly down: boolean;
}

export interface FaultSwitch {
  faults: Faults;
}

export const noFaults: Faults = { errorRate: 0, delayMs: 0, down: false };

/** Does the work as the faults allow; rejects with FaultError where they ask for an error, before or after the work. */
export async function disturbed<T>({ errorRate, delayMs }: Faults, work: () => T, dice = Math.random): Promise<T> {
  if (delayMs > 0) await wait(delayMs);
  const roll = dice();
  if (roll < errorRate / 2) throw new FaultError();
  const done = work();
  if (roll < errorRate) throw new FaultError();
  return done;
}

/** Answered 503: the caller can't know whether the work was done. */
export class FaultError extends ServiceError {
  constructor() {
    super('unavailable', 'sandbox-fault', 'the sandbox was told to fail');
  }
}
