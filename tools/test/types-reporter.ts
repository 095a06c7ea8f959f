import { statSync } from 'node:fs';
import { join } from 'node:path';
import { typeErrors } from '../check/command.ts';

const root = join(import.meta.dirname, '..', '..');

interface Run {
  readonly testPathPatterns: { readonly patterns: readonly string[] };
}

/**
 * Jest runs TypeScript without looking at types. So the compiler checks the whole tree meanwhile, and a type error fails the run. A run of
 * single files is not kept waiting for it.
 */
export default class TypesReporter {
  readonly #isAsked: boolean;
  #errors: Promise<readonly string[]> = Promise.resolve([]);
  #found: readonly string[] = [];

  constructor({ testPathPatterns: { patterns } }: Run) {
    this.#isAsked = patterns.every((pattern) => isFolder(join(root, pattern)));
  }

  onRunStart(): void {
    if (!this.#isAsked) return;
    this.#errors = typeErrors(root).catch((error: Error) => [error.message]);
  }

  async onRunComplete(): Promise<void> {
    this.#found = await this.#errors;
    if (this.#found.length > 0)
      process.stdout.write(`\nFAIL types (npm run check -- types)\n${this.#found.join('\n')}\n`);
  }

  /** Jest's way to ask whether the run has failed for another reason than a test. */
  getLastError(): Error | undefined {
    return this.#found.length > 0 ? new Error('types are wrong') : undefined;
  }
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
