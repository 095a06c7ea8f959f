import { expect, test } from '@jest/globals';
import { skippedIn, tallyOf } from '../tally.ts';

const none = {
  numPassedTests: 0,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
};

test('every test is passed, failed or skipped; one still to be written is skipped', () => {
  const results = { ...none, numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
  expect(tallyOf(results)).toBe('5 passed, 1 failed, 3 skipped');
});

test('a file that could not be loaded is a failure, though none of its tests ran', () => {
  expect(tallyOf({ ...none, numPassedTests: 5, numRuntimeErrorTestSuites: 1 })).toBe('5 passed, 1 failed, 0 skipped');
});

test('tests that were skipped are named, whatever file they are in', () => {
  const file = (...tests: [string, string][]) => ({
    testResults: tests.map(([fullName, status]) => ({ fullName, status })),
  });
  const testResults = [file(['a', 'passed'], ['b (no MongoDB)', 'pending']), file(['c', 'failed'], ['d', 'pending'])];
  expect(skippedIn({ testResults })).toEqual(['skipped: b (no MongoDB)', 'skipped: d']);
});
