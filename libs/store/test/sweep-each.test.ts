import { beforeEach, expect, test } from '@jest/globals';
import { type SweepEachOptions, sweepEach } from '../src/sweep-each.ts';
import { recorder } from './harness.ts';

interface Due {
  readonly id: string;
}

let time: number;
let log: ReturnType<typeof recorder>;
let due: string[];
let tried: string[];

beforeEach(() => {
  time = 0;
  log = recorder();
  due = [];
  tried = [];
});

/** An index in memory: a cursor is the id it goes on behind; what is done leaves it. */
const find: SweepEachOptions<Due>['find'] = async ({ limit, after = '' }) => {
  const rest = due.filter((id) => id > after).toSorted();
  const documents = rest.slice(0, limit).map((id) => ({ id }));
  const last = documents.at(-1)?.id;
  return { documents, ...(rest.length > limit && last !== undefined && { next: last }) };
};

function sweeping(failure: (id: string) => unknown, options: Partial<SweepEachOptions<Due>> = {}) {
  const act = async ({ id }: Due) => {
    tried.push(id);
    const error = failure(id);
    if (error !== undefined) throw error;
    due = due.filter((each) => each !== id);
  };
  return sweepEach<Due>({ name: 'finish', find, act, log, now: () => time, ...options });
}

const numbered = (count: number) => Array.from({ length: count }, (_, at) => String(at).padStart(4, '0'));
const bad = (id: string) => (id.startsWith('bad') ? new Error('stuck') : undefined);

test('one that fails is logged once and keeps no other from its turn', async () => {
  due = ['a', 'bad', 'c'];
  await sweeping(bad)();
  expect(due).toEqual(['bad']);
  expect(log.lines).toEqual(['warn sweep left one for later']);
});

test.each([
  ['an error', new Error('no')],
  ['a text', 'no'],
  ['null', null],
])('one that throws %s is one that fails', async (_what, thrown) => {
  due = ['a', 'z'];
  await sweeping((id) => (id === 'a' ? thrown : undefined))();
  expect(due).toEqual(['a']);
});

test('one that throws at once, before it is awaited, is one that fails', async () => {
  due = ['a', 'b'];
  const act = ({ id }: Due) => {
    if (id === 'a') throw new Error('at once');
    due = due.filter((each) => each !== id);
    return Promise.resolve();
  };
  await sweepEach({ name: 'finish', find, act, log })();
  expect(due).toEqual(['a']);
});

test('a whole page that always fails keeps nobody behind it waiting', async () => {
  due = [...numbered(7).map((id) => `bad-${id}`), 'good'];
  await sweeping(bad, { limits: { page: 3 } })();
  expect(due).not.toContain('good');
});

test('more that always fail than a round may read keep nobody waiting for ever', async () => {
  due = [...numbered(25).map((id) => `bad-${id}`), 'good'];
  const round = sweeping(bad, { limits: { page: 2, perRound: 10 } });
  await round();
  expect(tried).toHaveLength(10);
  for (const _more of [1, 2]) await round();
  expect(due).not.toContain('good');
});

test('a round is bounded, and the next one begins in front again once all were seen', async () => {
  due = numbered(12);
  const round = sweeping(() => undefined, { limits: { page: 5, perRound: 10 } });
  await round();
  expect(due).toEqual(['0010', '0011']);
  await round();
  due = ['0000'];
  await round();
  expect(due).toEqual([]);
});

test('one that fails again and again is left alone for longer and longer, until it works', async () => {
  due = ['bad'];
  let stuck = true;
  const round = sweeping((id) => (stuck ? bad(id) : undefined));
  await round();
  for (const pause of [30, 60, 120, 240, 480, 600, 600]) {
    const before = tried.length;
    time += pause * 1_000 - 1;
    await round();
    expect(tried).toHaveLength(before);
    time += 1;
    await round();
    expect(tried).toHaveLength(before + 1);
  }
  stuck = false;
  time += 600_000;
  await round();
  expect(due).toEqual([]);
});

test('one that never ends counts as failed, and keeps no other from its turn', async () => {
  due = ['hangs', 'works'];
  const act = ({ id }: Due) => {
    if (id === 'hangs') return new Promise<void>(() => undefined);
    due = due.filter((each) => each !== id);
    return Promise.resolve();
  };
  const round = sweepEach({ name: 'finish', find, act, log, limits: { patienceMs: 1, atOnce: 1 } });
  await round();
  expect(due).toEqual(['hangs']);
  expect(log.lines).toHaveLength(1);
});

test('trouble that is everybody’s ends the round; one that always meets it is passed over in the next', async () => {
  due = ['bad', 'good'];
  const outage = Object.assign(new Error('the store is away'), { outage: true });
  const round = sweeping((id) => (id === 'bad' ? outage : undefined), { limits: { atOnce: 1 } });
  await round();
  expect(tried).toEqual(['bad']);
  await round();
  expect(due).toEqual(['bad']);
});

test('what counts as everybody’s trouble can be said', async () => {
  due = ['bad', 'good'];
  await sweeping(bad, { limits: { atOnce: 1 }, isOutage: (error) => (error as Error).message === 'stuck' })();
  expect(tried).toEqual(['bad']);
});

test('several are done at once, no more than may be', async () => {
  due = numbered(9);
  let running = 0;
  let most = 0;
  const act = async ({ id }: Due) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    due = due.filter((each) => each !== id);
  };
  await sweepEach({ name: 'finish', find, act, log, limits: { atOnce: 4 } })();
  expect({ most, due }).toEqual({ most: 4, due: [] });
});

test('failures of so many are remembered, the latest ones', async () => {
  due = ['bad-1', 'bad-2', 'bad-3'];
  const round = sweeping(bad, { limits: { atOnce: 1, remembered: 2 } });
  await round();
  await round();
  expect(tried).toEqual(['bad-1', 'bad-2', 'bad-3', 'bad-1']);
});

test('the job is called in the log what it does', () => {
  expect(sweeping(() => undefined).name).toBe('finish');
});
