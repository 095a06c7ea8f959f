import type { AggregatedResult } from '@jest/reporters';

type Counts = Pick<
  AggregatedResult,
  'numPassedTests' | 'numFailedTests' | 'numRuntimeErrorTestSuites' | 'numPendingTests' | 'numTodoTests'
>;

interface Named {
  readonly testResults: readonly {
    readonly testResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Ends the run with the names of the tests that were skipped, and one plain line that a machine can read. */
export default class Tally {
  readonly #isSelection: boolean;

  /** With -t, every test that has another name counts as skipped, and none of them is news. */
  constructor({ testNamePattern }: { readonly testNamePattern?: string | undefined }) {
    this.#isSelection = Boolean(testNamePattern);
  }

  onRunComplete(_contexts: unknown, results: Counts & Named): void {
    const skipped = this.#isSelection ? [] : skippedIn(results);
    process.stdout.write(`\n${[...skipped, tallyOf(results)].join('\n')}\n`);
  }
}

/** Jest's own report of more than one file has no names of tests. */
export function skippedIn({ testResults }: Named): string[] {
  const tests = testResults.flatMap((file) => file.testResults);
  return tests.filter(({ status }) => status === 'pending').map(({ fullName }) => `skipped: ${fullName}`);
}

/** A file that could not even be loaded counts as one failure. */
export function tallyOf(results: Counts): string {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
}
