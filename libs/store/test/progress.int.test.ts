import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '../src/collection.ts';
import { openStore } from '../src/open.ts';
import { openProgress, type Progress } from '../src/progress.ts';
import { quiet } from './harness.ts';

let folder: string;
let stores: [Store, Store];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'progress-'));
  const open = () => openStore(`sqlite:${join(folder, 'one.db')}`);
  stores = [await open(), await open()];
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await rm(folder, { recursive: true });
});

const next = (progress: Progress): Progress => ({ ...progress, sequence: progress.sequence + 1 });
const same = (progress: Progress) => progress;
const nothingYet = { sequence: 0, skipped: [], waiting: [] };

test('changes of two instances that meet are all made, each on what the other has stored', async () => {
  const [one, other] = [await openProgress(stores[0]), await openProgress(stores[1])];
  const changes = Array.from({ length: 20 }, (_, at) => (at % 2 ? one : other).change('a', next));
  const reached = (await Promise.all(changes)).map(({ before, after }) => [before.sequence, after.sequence]);
  expect(reached.sort(([a = 0], [b = 0]) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => [at, at + 1]));
});

test('what is decided is there for the other instance as it was decided; deciding nothing writes nothing', async () => {
  const [one, other] = [await openProgress(stores[0]), await openProgress(stores[1])];
  const decided = { sequence: 4, skipped: [{ from: 2, to: 3 }], waiting: [{ sequence: 6, since: 'then' }] };
  await one.change('notifications /services/orders \u0000 odd', () => decided);
  expect((await other.change('notifications /services/orders \u0000 odd', same)).after).toMatchObject(decided);
  expect((await one.change('unheard', same)).before).toEqual(nothingYet);
  const kept = await (await stores[0].collection('event_progress')).find('id', { prefix: 'unheard', limit: 1 });
  expect(kept.documents).toEqual([]);
});

test('what has not moved for long is forgotten, the rest is not', async () => {
  let day = 1;
  const progress = await openProgress(stores[0], () => new Date(Date.UTC(2030, 0, day)));
  for (let at = 0; at < 250; at++) await progress.change(`old ${at}`, next);
  day = 2;
  await progress.change('old 7', next);
  await progress.change('new', next);
  await progress.forgetBefore(new Date(Date.UTC(2030, 0, 2)).toISOString(), quiet);
  const left = ['old 0', 'old 7', 'old 249', 'new'].map(async (stream) => (await progress.change(stream, same)).before);
  expect((await Promise.all(left)).map(({ sequence }) => sequence)).toEqual([0, 2, 0, 1]);
});
