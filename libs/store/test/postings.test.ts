import { expect, test } from '@jest/globals';
import { type Entry, isOver, isPending, postOnce, type Totals, withoutMarkers } from '../src/post-once.ts';

interface Stock extends Totals {
  readonly units: number;
}

const stock: Stock = { units: 10, moving: {} };
const none = new Map<string, number>();
const pending = (n: number): Entry => ({ n, pending: 'hold' });
const over = (n: number): Entry => ({ n });
const takeOne = (total: Stock) => () => ({ state: { ...total, units: total.units - 1 }, events: [] });

function post(total: Stock, id: string, n: number, entry: Entry | undefined, dropped = none) {
  return postOnce(total, { id, n, entry, over: dropped }, takeOne(total)) as { state: Stock };
}

test('an operation moves a total once, and leaves its number', () => {
  const moved = post(stock, 'a', 1, pending(1)).state;
  expect(moved).toEqual({ units: 9, moving: { a: 1 } });
  expect(post(moved, 'a', 1, pending(1))).toMatchObject({ unchanged: true });
});

test.each<[string, Entry | undefined]>([
  ['is over', over(1)],
  ['has turned to the next operation', pending(2)],
  ['is over, and so is the next one', over(2)],
  ['is not there', undefined],
])('an operation whose entry %s moves nothing', (_what, entry) => {
  expect(post(stock, 'a', 1, entry)).toMatchObject({ unchanged: true });
});

test('an operation that is marked by a later one moves nothing', () => {
  expect(post({ ...stock, moving: { a: 3 } }, 'a', 2, pending(2))).toMatchObject({ unchanged: true });
});

test('an id that is a name of Object.prototype has no marker by itself, and keeps one', () => {
  for (const id of ['constructor', 'toString', '__proto__']) {
    const moved = post(stock, id, 1, pending(1)).state;
    expect(moved.units).toBe(9);
    expect(post(moved, id, 1, pending(1))).toMatchObject({ unchanged: true });
  }
});

test('markers that are over go along with a write; one that has grown since it was looked at stays', () => {
  const busy = { units: 10, moving: { gone: 1, grown: 2, kept: 1 } };
  const looked = new Map([
    ['gone', 1],
    ['grown', 1],
  ]);
  expect(post(busy, 'a', 1, pending(1), looked).state.moving).toEqual({ grown: 2, kept: 1, a: 1 });
  expect(withoutMarkers(busy, looked).moving).toEqual({ grown: 2, kept: 1 });
});

test('only an entry with nothing pending is over; only its own number is pending', () => {
  expect([over(3), undefined].map(isOver)).toEqual([true, true]);
  expect([isOver(pending(1)), isPending(pending(2), 1), isPending(over(1), 1), isPending(pending(1), 1)]).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

test('one that was done before its entry was read is not done again, though another in the same write dropped its marker', () => {
  const before = { units: 10, moving: { a: 2 } };
  const sharing = { units: 10, moving: {} };
  const found = { id: 'a', n: 2, entry: pending(2), over: none, before };
  expect(postOnce(sharing, found, takeOne(sharing))).toEqual({ unchanged: true, state: sharing });
});
