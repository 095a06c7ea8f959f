import type { AggregatedResult } from '@jest/reporters';

/** Ends the run with one plain line that a machine can read. A file that could not even be loaded counts as one failure. */
export default class Tally {
  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    process.stdout.write(`\n${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`);
  }
}
