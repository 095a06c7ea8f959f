import type { AggregatedResult } from '@jest/reporters';

type Counts = Pick<
  AggregatedResult,
  'numPassedTests' | 'numFailedTests' | 'numRuntimeErrorTestSuites' | 'numPendingTests' | 'numTodoTests'
>;

/** Ends the run with one plain line that a machine can read. */
export default class Tally {
  onRunComplete(_contexts: unknown, results: Counts): void {
    process.stdout.write(`\n${tallyOf(results)}\n`);
  }
}

/** A file that could not even be loaded counts as one failure. */
export function tallyOf(results: Counts): string {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
}
