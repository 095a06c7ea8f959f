import type { Fault } from './planted.ts';
import { findingsOf, simulate } from './simulate.ts';

const MOST_RUNS = 5_000;

export interface FoundFault {
  readonly fault: Fault;
  readonly seed: number;
  /** Runs until it was found. */
  readonly runs: number;
  readonly seconds: number;
  /** Empty when it wasn't. */
  readonly findings: readonly string[];
}

/** Simulates with the fault planted until something is found, for so many runs at most. */
export async function findFault(fault: Fault, seed: number, runs = MOST_RUNS): Promise<FoundFault> {
  const began = Date.now();
  let [done, findings, last]: [number, readonly string[], number] = [0, [], seed];
  await simulate({ seed, runs, seconds: 600, trace: false, plant: fault.name }, (outcome) => {
    done += 1;
    findings = findingsOf(outcome);
    last = outcome.seed;
    return findings.length === 0;
  });
  return { fault, seed: last, runs: done, seconds: Math.round((Date.now() - began) / 1_000), findings };
}

export function plantedTable(found: readonly FoundFault[]): string {
  const rows = found.map(({ fault, seed, runs, findings }) => {
    const as = (findings[0] ?? '**not found**').replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '…').slice(0, 100);
    return `| ${fault.name} | ${fault.wrong} | ${runs} | ${seed} | ${as} |`;
  });
  return `| fault | what is wrong | found in run | seed | found as |\n|---|---|--:|--:|---|\n${rows.join('\n')}\n`;
}
