import { expect, test } from '@jest/globals';
import { type Action, nextStep, type Outcome, returnedAmong, withOutcomes } from '../src/dead-letters/action.ts';
import { groupsOf } from '../src/dead-letters/groups.ts';
import type { Summary } from '../src/dead-letters/letter-view.ts';
import { matches, pageOf, withoutCopies } from '../src/dead-letters/selection.ts';

const now = new Date('2026-11-24T10:00:00.000Z');
const later = '2026-11-24T10:00:05.000Z';

const aLetter = (chosen: Partial<Summary> = {}): Summary => ({
  queue: 'orders',
  id: 'a',
  digest: '1',
  type: 'order.created.v1',
  code: 'order-closed',
  message: 'the order is closed',
  attempts: 5,
  replay: 0,
  deadSince: now.toISOString(),
  copies: 1,
  bytes: 10,
  ...chosen,
});

const anAction = (outcomes: readonly Outcome[], chosen: Partial<Action> = {}): Action => ({
  kind: 'replay',
  queue: 'orders',
  by: 'root',
  reason: 'repaired',
  requestedAt: now.toISOString(),
  updatedAt: now.toISOString(),
  fingerprint: '',
  state: 'running',
  letters: outcomes.map((outcome, place) => ({ id: String(place), digest: '', replay: 0, outcome })),
  first: 2,
  watchMs: 5_000,
  ...chosen,
});
const settles = (action: Action) => {
  const step = nextStep(action, now);
  return step.kind === 'carry-out' ? step.letters.map(({ id }) => id) : step;
};

test('only the first few are sent before they are proven', () => {
  expect(settles(anAction(['waiting', 'waiting', 'waiting']))).toEqual(['0', '1']);
  expect(settles(anAction(['sent', 'waiting', 'waiting']))).toEqual(['1']);
  expect(settles(anAction(['sent', 'sent', 'waiting'], { watchUntil: later }))).toEqual({
    kind: 'watch',
    until: later,
  });
  expect(settles(anAction(['sent', 'sent', 'waiting'], { watchUntil: now.toISOString() }))).toEqual({ kind: 'widen' });
  expect(settles(anAction(['sent', 'sent', 'waiting'], { proven: true }))).toEqual(['2']);
});

test('a letter that is dead again stops all that still wait', () => {
  expect(nextStep(anAction(['sent', 'returned', 'waiting'], { proven: true }), now)).toEqual({
    kind: 'end',
    state: 'stopped',
    because: '1 of 2 came back, 1 stayed',
  });
});

test('letters that are gone prove nothing: others are sent first', () => {
  expect(settles(anAction(['gone', 'gone', 'waiting', 'waiting', 'waiting']))).toEqual(['2', '3']);
});

test('letters underway in a crash are carried out before anything else', () => {
  expect(settles(anAction(['returned', 'underway', 'waiting']))).toEqual(['1']);
});

test('with everything sent it is watched to the end, and done', () => {
  const all = anAction(['sent', 'returned'], { watchUntil: later });
  expect(settles(all)).toEqual({ kind: 'watch', until: later });
  expect(nextStep(all, new Date(later))).toEqual({ kind: 'end', state: 'done' });
  expect(settles(anAction(['returned', 'gone'], { watchUntil: later }))).toEqual({ kind: 'end', state: 'done' });
});

test('a discard has nothing to watch', () => {
  expect(settles(anAction(['waiting', 'waiting', 'waiting'], { kind: 'discard' }))).toEqual(['0', '1', '2']);
  expect(settles(anAction(['discarded', 'gone'], { kind: 'discard' }))).toEqual({ kind: 'end', state: 'done' });
});

test('a letter is dead again when its replay count has risen, whatever its bytes', () => {
  const action = anAction(['sent', 'sent', 'waiting']);
  const back = returnedAmong(action, [
    { id: '0', replay: 1 },
    { id: '1', replay: 0 },
    { id: '2', replay: 1 },
  ]);
  expect(withOutcomes(action, back).letters.map(({ outcome }) => outcome)).toEqual(['returned', 'sent', 'waiting']);
});

test('groups are letters of one queue, type and code; the largest comes first', () => {
  const letters = [
    aLetter({ code: 'unknown' }),
    aLetter({ id: 'b', replay: 1, deadSince: '2026-11-24T09:00:00.000Z' }),
    aLetter({ id: 'c' }),
    aLetter({ queue: 'email' }),
  ];
  expect(groupsOf(letters)).toMatchObject([
    {
      queue: 'orders',
      code: 'order-closed',
      count: 2,
      replayed: 1,
      oldest: '2026-11-24T09:00:00.000Z',
      newest: now.toISOString(),
    },
    { queue: 'orders', code: 'unknown', count: 1 },
    { queue: 'email', code: 'order-closed', count: 1 },
  ]);
});

test('copies that a crash has left count as one; other bytes under the same id do not', () => {
  const letters = [aLetter(), aLetter({ replay: 1 }), aLetter({ digest: '2' }), aLetter({ queue: 'email' })];
  expect(withoutCopies(letters)).toMatchObject([
    { queue: 'orders', digest: '1', copies: 2, replay: 1 },
    { queue: 'orders', digest: '2', copies: 1 },
    { queue: 'email', copies: 1 },
  ]);
});

test.each([
  [{ queue: 'orders' }, true],
  [{ queue: 'email' }, false],
  [{ code: 'order-closed', type: 'order.created.v1' }, true],
  [{ order: 'o-1' }, false],
  [{ since: now.toISOString() }, true],
  [{ before: now.toISOString() }, false],
])('%j is asked of a letter', (filter, expected) => {
  expect(matches(filter)(aLetter())).toBe(expected);
});

test('a page begins after the last one, also when that letter is gone', () => {
  const letters = ['a', 'b', 'c', 'd'].map((id) => aLetter({ id }));
  const { items, next } = pageOf(letters, { limit: 2 });
  expect(items.map(({ id }) => id)).toEqual(['a', 'b']);
  const rest = pageOf(letters.slice(2), { limit: 2, after: next });
  expect(rest).toMatchObject({ items: [{ id: 'c' }, { id: 'd' }], next: undefined });
});
