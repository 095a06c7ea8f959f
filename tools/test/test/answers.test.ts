import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { compile } from '@order-events/contracts';
import { differenceOf } from '../answers/compare.ts';
import { type Description, describedAnswers } from '../answers/description.ts';
import AnswersReporter from '../answers/reporter.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const descriptions = globSync('docs/openapi/*.json', { cwd: root }).map(
  (path): Description => JSON.parse(readFileSync(join(root, path), 'utf8')),
);
const described = descriptions.flatMap(describedAnswers);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'answers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The error of a run whose tests have received these answers. */
function errorAfter(received: readonly string[], patterns: readonly string[] = []): Error | undefined {
  const reporter = new AnswersReporter({ testPathPatterns: { patterns } });
  process.env.TEST_ANSWERS = join(folder, 'received');
  writeFileSync(process.env.TEST_ANSWERS, received.join('\n'));
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  reporter.onRunComplete();
  written.mockRestore();
  return reporter.getLastError();
}

test('a whole run fails for one described answer that no test has received; a run of some files does not', () => {
  expect(errorAfter(described)).toBeUndefined();
  expect(errorAfter(described.slice(1))).toBeInstanceOf(Error);
  expect(errorAfter([])).toBeInstanceOf(Error);
  expect(errorAfter(described.slice(1), ['services/orders'])).toBeUndefined();
});

const description: Description = {
  info: { title: 'shop' },
  paths: {
    '/things/{id}': {
      get: {
        responses: {
          200: { content: { 'application/json': { schema: { type: 'integer' } } } },
          default: { content: { 'application/problem+json': { schema: { type: 'object' } } } },
        },
      },
    },
  },
  components: { schemas: {} },
};
const answer = { method: 'GET', url: '/things/1?full=true', status: 200, contentType: 'application/json', body: '1' };
const problem = { contentType: 'application/problem+json', body: '{}' };

test.each([
  ['as it is described', {}, undefined],
  ['503 for want of what it needs', { status: 503, ...problem }, undefined],
  ['404 where no route is', { url: '/other', status: 404, ...problem }, undefined],
  ['a body of another shape', { body: '"1"' }, 'its body differs from the schema'],
  ['a status that is not described', { status: 409, ...problem }, 'describes 200, default'],
  ['another media type', { contentType: 'text/plain' }, 'text/plain is none of application/json'],
  ['200 where no route is', { url: '/other' }, 'no route describes it'],
])('an answer is compared: %s', (_what, changed, difference) => {
  const found = differenceOf({ ...answer, ...changed }, description, compile);
  expect(found).toEqual(difference && expect.stringContaining(difference));
});
