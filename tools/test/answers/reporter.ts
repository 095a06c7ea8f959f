import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Description, describedAnswers } from './description.ts';

interface Run {
  readonly testNamePattern?: string | undefined;
  readonly testPathPatterns: { readonly patterns: readonly string[] };
  readonly shard?: object | undefined;
  readonly onlyChanged?: boolean;
  readonly onlyFailures?: boolean;
}

interface Results {
  readonly success: boolean;
}

const root = join(import.meta.dirname, '..', '..', '..');

/**
 * Compares, at the end of a run, the answers that tests have received with all that are described. A whole run fails when one was never
 * received, for it may be a promise that nobody keeps; a run of some tests only says how many it received.
 */
export default class AnswersReporter {
  readonly #isWhole: boolean;
  #missing: readonly string[] = [];

  constructor({ testNamePattern, testPathPatterns, shard, onlyChanged, onlyFailures }: Run) {
    this.#isWhole =
      !testNamePattern && testPathPatterns.patterns.length === 0 && !shard && !onlyChanged && !onlyFailures;
  }

  onRunComplete(_contexts: unknown, { success }: Results): void {
    const file = process.env.TEST_ANSWERS;
    if (!file) return;
    const received = new Set(read(file).split('\n'));
    rmSync(file, { force: true });
    const described = descriptions().flatMap(describedAnswers);
    const missing = described.filter((name) => !received.has(name));
    if (missing.length < described.length) {
      process.stdout.write(
        `${described.length - missing.length} of ${described.length} described answers were received\n`,
      );
    }
    if (this.#isWhole && success) this.#missing = missing;
  }

  /** Jest's way to ask whether the run has failed for another reason than a test. */
  getLastError(): Error | undefined {
    if (this.#missing.length === 0) return undefined;
    return new Error(`no test has received these described answers:\n${this.#missing.join('\n')}`);
  }
}

function descriptions(): Description[] {
  return globSync('docs/openapi/*.json', { cwd: root }).map((path) =>
    JSON.parse(readFileSync(join(root, path), 'utf8')),
  );
}

// No file: no test has asked a described service.
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
