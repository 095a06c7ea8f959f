import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Outcome } from './run.ts';

export interface Wish {
  /** The first; each run has the next one. */
  readonly seed: number;
  readonly runs: number;
  readonly seconds: number;
  /** Whether every run's trace is wanted; that of a run that failed always comes. */
  readonly trace: boolean;
  /** Name of a fault that is planted into the product. */
  readonly plant?: string | undefined;
}

/** Simulates, and hands over what became of each run, until that says false. Rejects when the simulation itself fails. */
export async function simulate(wish: Wish, heard: (outcome: Outcome) => boolean): Promise<void> {
  const child = fork(join(import.meta.dirname, 'child.ts'), [JSON.stringify(wish)], { serialization: 'advanced' });
  let stopped = false;
  child.on('message', (outcome: Outcome | 'over') => {
    if (outcome === 'over' || stopped || heard(outcome)) return;
    stopped = true;
    child.kill('SIGKILL');
  });
  const [code] = await once(child, 'exit');
  if (code !== 0 && !stopped) throw new Error(`the simulation ended with ${code}`);
}

export function findingsOf({ verdict: { lost, doubled, wrong } }: Outcome): string[] {
  return [...lost, ...doubled, ...wrong];
}
