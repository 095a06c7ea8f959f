import { expect, test } from '@jest/globals';
import { MemoryStore } from '@order-events/testing/memory-store';
import type { Collection, Document } from '../src/collection.ts';
import { compareAndSet, pauseAfter, untilWon } from '../src/compare-and-set.ts';
import { ConflictError, StoreUnavailableError } from '../src/errors.ts';

const more = (document: Document<number> | undefined) => (document?.state ?? 0) + 1;

const counters = () => new MemoryStore().collection<number>('counters');

/** The collection, in which another writer comes between each of the first `times` reads and the write behind it. */
function contended(collection: Collection<number>, times: number): Parameters<typeof compareAndSet<number>>[0] {
  let left = times;
  return {
    name: collection.name,
    insert: (document) => collection.insert(document),
    replace: (document) => collection.replace(document),
    async get(id) {
      const found = await collection.get(id);
      if (left-- > 0) await compareAndSet(collection, id, more);
      return found;
    },
  };
}

test('changes of one document that meet are all made, each on what the others have stored', async () => {
  const store = new MemoryStore();
  const [one, other] = [
    await store.collection<number>('counters'),
    await store.another().collection<number>('counters'),
  ];
  const changes = Array.from({ length: 40 }, (_, at) => compareAndSet(at % 2 ? one : other, 'a', more));
  const written = await Promise.all(changes);
  const upTo40 = Array.from({ length: 40 }, (_, at) => at + 1);
  expect(written.map(({ state }) => state).sort((a, b) => a - b)).toEqual(upTo40);
  // As stored: the revision, too.
  for (const { state, rev } of written) expect(rev).toBe(state);
  expect(await one.get('a')).toMatchObject({ state: 40, rev: 40 });
});

test.each([
  ['the first write of a document', undefined],
  ['a later one', 5],
])('%s that loses races is decided again, after pauses of random length', async (_, before) => {
  const collection = await counters();
  if (before !== undefined) await compareAndSet(collection, 'a', () => before);
  const drawn: number[] = [];
  const random = () => {
    drawn.push(0);
    return 0;
  };
  const { state } = await compareAndSet(contended(collection, 3), 'a', more, { random });
  expect(state).toBe((before ?? 0) + 4);
  expect(drawn).toHaveLength(3);
});

test('a race that is lost every time ends with one error, and writes nothing', async () => {
  const collection = await counters();
  const losing = compareAndSet(contended(collection, Number.POSITIVE_INFINITY), 'a', () => -1, { patienceMs: 5 });
  await expect(losing).rejects.toThrow(ConflictError);
  await expect(losing).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'counters a was changed by others each time it was written, for 0.005 s',
  });
  expect((await collection.get('a'))?.state).toBeGreaterThan(0);
});

test('the state as it was given is not written again, nor is undefined', async () => {
  const collection = await counters();
  expect(await compareAndSet<number, undefined>(collection, 'a', () => undefined)).toBeUndefined();
  expect(await collection.get('a')).toBeUndefined();
  await compareAndSet(collection, 'a', () => 7);
  expect(await compareAndSet(collection, 'a', (document) => document?.state ?? 0)).toMatchObject({ state: 7, rev: 1 });
});

test('what the decision throws, and an outage, end it at once', async () => {
  const collection = await counters();
  const refuse = () => {
    throw new RangeError('no');
  };
  await expect(compareAndSet(collection, 'a', refuse)).rejects.toThrow(RangeError);
  const attempts: number[] = [];
  const down = untilWon('counters', 'a', async () => {
    attempts.push(1);
    throw new StoreUnavailableError('down');
  });
  await expect(down).rejects.toThrow(StoreUnavailableError);
  expect(attempts).toHaveLength(1);
});

test('pauses are random up to a bound that doubles from 1 to 100 ms', () => {
  const longest = Array.from({ length: 10 }, (_, lost) => pauseAfter(lost, () => 1));
  expect(longest).toEqual([1, 2, 4, 8, 16, 32, 64, 100, 100, 100]);
  expect(pauseAfter(1_000, () => 0.25)).toBe(25);
  expect(pauseAfter(9, () => 0)).toBe(0);
});
