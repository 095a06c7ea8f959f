import { afterAll, expect, test } from '@jest/globals';
import { newDocument } from '../src/collection.ts';
import { openStore } from '../src/open.ts';
import { overdue } from '../src/overdue.ts';
import { now } from './harness.ts';

const store = await openStore('sqlite::memory:');
afterAll(() => store.close());

const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000).toISOString();

async function jobs(seconds: readonly number[]) {
  const collection = await store.collection<string>(`jobs-${seconds.length}`, { indexes: { since: (state) => state } });
  for (const each of seconds) await collection.insert(newDocument(`${each}`, at(each)));
  return collection;
}

test('what is old is overdue, and so is what a clock dated far ahead; what is young, or a little ahead, is not', async () => {
  const collection = await jobs([-86_400, -61, -59, 0, 59, 61, 86_400, 31_536_000]);
  const ids: string[] = [];
  for await (const { id } of overdue(collection, 'since', { now, ms: 60_000 })) ids.push(id);
  expect(ids).toEqual(['-86400', '-61', '61', '86400', '31536000']);
});

test('a lease may end further ahead than it may be over', async () => {
  const collection = await jobs([-61, 100, 200]);
  const ids: string[] = [];
  for await (const { id } of overdue(collection, 'since', { now, ms: 60_000, aheadMs: 120_000 })) ids.push(id);
  expect(ids).toEqual(['-61', '200']);
});

test('what stays overdue hides nothing behind it, and what is repaired meanwhile moves no other', async () => {
  const collection = await jobs(Array.from({ length: 23 }, (_, index) => -100 - index));
  const ids: string[] = [];
  for await (const document of overdue(collection, 'since', { now, ms: 60_000, page: 5 })) {
    ids.push(document.id);
    if (ids.length % 2 === 0) await collection.replace({ ...document, state: at(0) });
  }
  expect(new Set(ids).size).toBe(23);
});
