import { expect, test } from '@jest/globals';
import { openStore } from '../src/open.ts';
import { openStartMarks } from '../src/start-marks.ts';

test('starts without an end are counted, also when two begin at once, and an end clears them', async () => {
  const store = await openStore('sqlite::memory:');
  const marks = await openStartMarks(store);
  expect(await marks.begin('a')).toBe(1);
  const both = await Promise.all([marks.begin('a'), marks.begin('a'), marks.begin('b')]);
  expect(both.sort()).toEqual([1, 2, 3]);
  await marks.end('a');
  await marks.end('a');
  expect(await marks.begin('a')).toBe(1);
  expect(await marks.begin('b')).toBe(2);
  await store.close();
});
