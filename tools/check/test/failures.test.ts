import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', '..');
const page = await readFile(join(root, 'docs', 'failures.md'), 'utf8');

interface Failure {
  readonly title: string;
  readonly named: readonly { readonly file: string; readonly test: string }[];
}

const failures: Failure[] = page
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    title: section.split('\n')[0] ?? '',
    named: [...section.matchAll(/^- `([^`]+)`: (.+)$/gm)].map(([, file = '', test = '']) => ({ file, test })),
  }));

test('the page tells of fifteen failures', () => {
  expect(failures.map(({ title }) => title.split('.')[0])).toEqual(
    Array.from({ length: 15 }, (_, place) => String(place + 1)),
  );
});

test.each(failures.map((failure) => [failure.title, failure] as const))(
  '%s: shown by tests that exist',
  async (_title, { named }) => {
    expect(named.length).toBeGreaterThanOrEqual(2);
    const missing: string[] = [];
    for (const { file, test } of named) {
      const source = await readFile(join(root, file), 'utf8').catch(() => '');
      // As it stands in the source: between quotes, right before what is run.
      if (![`'${test}',`, `"${test}",`, `'${test}'`].some((quoted) => source.includes(quoted)))
        missing.push(`${file}: ${test}`);
    }
    expect(missing).toEqual([]);
  },
);
