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

const root = join(import.meta.dirname, '..', '..', '..');

/** Tells, at the end of a run, how many of the described answers its tests have received. A whole run fails for those that none has. */
export default class AnswersReporter {
  readonly #isWhole: boolean;
  #isIncomplete = false;

  constructor({ testNamePattern, testPathPatterns, shard, onlyChanged, onlyFailures }: Run) {
    this.#isWhole =
      !testNamePattern && testPathPatterns.patterns.length === 0 && !shard && !onlyChanged && !onlyFailures;
  }

  onRunComplete(): void {
    const file = process.env.TEST_ANSWERS;
    if (!file) return;
    const received = new Set(read(file).split('\n'));
    rmSync(file, { force: true });
    const described = descriptions().flatMap(describedAnswers);
    const missing = described.filter((name) => !received.has(name));
    if (missing.length === described.length && !this.#isWhole) return;
    this.#isIncomplete = this.#isWhole && missing.length > 0;
    const lines = [`${described.length - missing.length} of ${described.length} described answers were received`];
    if (this.#isWhole) lines.push(...missing.map((name) => `received by no test: ${name}`));
    process.stdout.write(`${lines.join('\n')}\n`);
  }

  /** Jest’s way to ask whether the run has failed for another reason than a test. */
  getLastError(): Error | undefined {
    return this.#isIncomplete ? new Error('described answers were received by no test') : undefined;
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
