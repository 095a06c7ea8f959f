import { afterAll, expect, test } from '@jest/globals';
import { newDocument, type Page } from '../src/collection.ts';
import { openStore } from '../src/open.ts';
import { overdue } from '../src/overdue.ts';
import { sweepEach } from '../src/sweep-each.ts';
import { now, quiet } from './harness.ts';

const store = await openStore('sqlite::memory:');
afterAll(() => store.close());

const clock = () => now;
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000).toISOString();

async function jobs(seconds: readonly number[]) {
  const collection = await store.collection<string>(`jobs-${seconds.length}`, { indexes: { since: (state) => state } });
  for (const each of seconds) await collection.insert(newDocument(`${each}`, at(each)));
  return collection;
}

async function ids(find: (page: { limit: number; after?: string }) => Promise<Page<string>>, limit: number) {
  const found: string[] = [];
  for (let page = await find({ limit }); ; page = await find({ limit, after: page.next })) {
    found.push(...page.documents.map(({ id }) => id));
    if (page.next === undefined) return found;
  }
}

test.each([1, 2, 100])(
  'what is old is overdue, and so is what a clock dated far ahead; what is young, or a little ahead, is not (pages of %i)',
  async (limit) => {
    const collection = await jobs([
      -86_400,
      -61,
      -59,
      0,
      59,
      61,
      86_400,
      31_536_000,
      ...Array.from({ length: limit % 50 }, (_, index) => index + 1),
    ]);
    const found = await ids(overdue(collection, 'since', { clock, ms: 60_000 }), limit);
    expect(found.filter((id) => Math.abs(Number(id)) > 60)).toEqual(['-86400', '-61', '61', '86400', '31536000']);
    expect(found.filter((id) => Math.abs(Number(id)) < 60)).toEqual([]);
  },
);

test('a lease may end further ahead than it may be over', async () => {
  const collection = await jobs([-61, 100, 200]);
  expect(await ids(overdue(collection, 'since', { clock, ms: 60_000, aheadMs: 120_000 }), 10)).toEqual(['-61', '200']);
});

test('a sweep does all of them, and those that fail hide none', async () => {
  const collection = await jobs([-300, -200, -100, 100, 200]);
  const done: string[] = [];
  const sweep = sweepEach({
    name: 'sweep',
    find: overdue(collection, 'since', { clock, ms: 60_000 }),
    act: async ({ id }) => {
      if (id === '-300' || id === '100') throw new Error('no');
      done.push(id);
    },
    log: quiet,
    limits: { page: 1, atOnce: 1 },
  });
  await sweep();
  expect(done).toEqual(['-200', '-100', '200']);
});
