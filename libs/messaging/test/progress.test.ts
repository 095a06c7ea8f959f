import { expect, test } from '@jest/globals';
import { arrivalOf, handled, PATIENCE_MS, type Progress, skip, wait } from '../src/progress.ts';
import { nothingYet } from './a-progress.ts';

const start = Date.parse('2030-01-01T12:00:00Z');
/** So many seconds after the start, at which the consumer went live if nothing else is said. */
const at = (seconds: number, live: number | null = 0) => ({
  at: new Date(start + seconds * 1_000),
  liveSince: live === null ? undefined : new Date(start + live * 1_000),
});
const upTo = (sequence: number, rest: Partial<Progress> = {}): Progress => ({ ...nothingYet, sequence, ...rest });
/** These come before their turn, each when its seconds say so. */
const early = (progress: Progress, came: Record<number, number>) =>
  Object.entries(came).reduce((known, [sequence, seconds]) => wait(known, Number(sequence), at(seconds)), progress);
const patience = PATIENCE_MS / 1_000;

test('the next one is in turn, a later one is early, what was handled is a repeat, what was skipped is late', () => {
  const known = upTo(5, { skipped: [{ from: 2, to: 3 }] });
  expect([1, 2, 3, 4, 5, 6, 7].map((number) => arrivalOf(known, number))).toEqual(
    ['repeat', 'late', 'late', 'repeat', 'repeat', 'in-turn', 'early'], //
  );
  expect(arrivalOf(nothingYet, 1)).toBe('in-turn');
});

test('handling moves on by one, and forgets who waited up to there', () => {
  const known = early(upTo(1), { 3: 0, 5: 0 });
  expect(handled(handled(known, 2), 3)).toEqual(upTo(3, { waiting: [{ sequence: 5, since: at(0).at.toISOString() }] }));
});

test('handling what was skipped takes it out of its range; a repeat changes nothing', () => {
  const known = upTo(9, {
    skipped: [
      { from: 2, to: 4 },
      { from: 7, to: 7 },
    ],
  });
  expect(handled(known, 3).skipped).toEqual([
    { from: 2, to: 2 },
    { from: 4, to: 4 },
    { from: 7, to: 7 },
  ]);
  expect(handled(known, 7).skipped).toEqual([{ from: 2, to: 4 }]);
  expect(handled(known, 7).sequence).toBe(9);
  expect(handled(known, 8)).toBe(known);
});

test('an early one waits two minutes from first being early, then what is missing is skipped', () => {
  const known = early(upTo(1), { 4: 10 });
  expect(wait(known, 4, at(10 + patience - 0.001))).toBe(known);
  expect(wait(known, 4, at(10 + patience))).toEqual(upTo(3, { skipped: [{ from: 2, to: 3 }], waiting: known.waiting }));
});

test('what is missing is skipped up to the one that waits in front, whichever asks first', () => {
  const known = early(upTo(1), { 3: 0.5, 4: 0, 6: 0 });
  const moved = wait(known, 6, at(patience));
  expect(moved).toMatchObject({ sequence: 2, skipped: [{ from: 2, to: 2 }] });
  expect(['in-turn', 'early']).toEqual([3, 4].map((number) => arrivalOf(moved, number)));
  expect(wait(moved, 6, at(patience))).toBe(moved);
  const further = handled(handled(moved, 3), 4);
  expect(wait(further, 6, at(patience + 1))).toMatchObject({
    sequence: 5,
    skipped: [
      { from: 2, to: 2 },
      { from: 5, to: 5 },
    ],
  });
});

test('one that waited and did not go on, although it could long ago, holds up nobody', () => {
  const known = early(upTo(1), { 3: 0, 4: 0 });
  const moved = wait(known, 4, at(patience));
  expect(wait(moved, 4, at(2 * patience - 0.001))).toBe(moved);
  expect(wait(moved, 4, at(2 * patience))).toMatchObject({
    sequence: 3,
    skipped: [
      { from: 2, to: 2 },
      { from: 3, to: 3 },
    ],
  });
});

test('nobody loses patience over an outage: only the time counts in which the consumer ran without a break', () => {
  const known = early(upTo(1), { 3: 0, 4: 0 });
  const hour = 3_600;
  expect(wait(known, 4, at(hour, null))).toBe(known);
  expect(wait(known, 4, at(hour, hour - patience + 1))).toBe(known);
  expect(wait(known, 4, at(hour, hour - patience))).toMatchObject({ sequence: 2 });
});

test('what dies in its turn is skipped at once; what dies at another time moves nothing', () => {
  const known = early(upTo(1), { 3: 0 });
  expect(skip(known, 2)).toMatchObject({ sequence: 2, skipped: [{ from: 2, to: 2 }] });
  for (const number of [1, 3, 99]) expect(skip(known, number)).toBe(known);
});

test('the document stays small, whatever comes', () => {
  const first = wait(early(nothingYet, { 999999999999999: 0 }), 999_999_999_999_999, at(patience));
  expect(first).toMatchObject({ sequence: 999_999_999_999_998, skipped: [{ from: 1, to: 999_999_999_999_998 }] });

  const evens = Array.from({ length: 300 }, (_, place) => 2 * place + 2);
  const crowd = evens.toReversed().reduce((known, number) => wait(known, number, at(0)), nothingYet);
  expect(crowd.waiting.map(({ sequence }) => sequence)).toEqual(evens.slice(0, 100));
  expect(wait(crowd, 600, at(1))).toBe(crowd);
  const gaps = evens.reduce((known, number) => handled(skip(known, number - 1), number), nothingYet);
  expect(gaps.skipped.map(({ from }) => from)).toEqual(evens.slice(200).map((number) => number - 1));
});

test('a wait that a clock dated far ahead is measured from when the consumer went live', () => {
  const at = new Date('2030-01-01T12:00:00Z');
  const tomorrow = '2030-01-02T12:00:00.000Z';
  const waiting = { sequence: 1, skipped: [], waiting: [{ sequence: 3, since: tomorrow }] };
  const liveFor = (ms: number) => ({ at, liveSince: new Date(at.getTime() - ms) });
  expect(wait(waiting, 3, liveFor(60_000))).toBe(waiting);
  expect(wait(waiting, 3, liveFor(121_000)).sequence).toBe(2);
  // The clock of this very process was set back.
  expect(wait(waiting, 3, { at, liveSince: new Date(tomorrow) }).sequence).toBe(2);
  // A few seconds are what clocks differ by.
  const soon = { ...waiting, waiting: [{ sequence: 3, since: '2030-01-01T12:00:05.000Z' }] };
  expect(wait(soon, 3, liveFor(600_000))).toBe(soon);
});
