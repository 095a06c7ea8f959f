import { expect, test } from '@jest/globals';
import { decide } from '../src/decision.ts';
import { postOnce } from '../src/postings.ts';

interface Total {
  readonly held: number;
  readonly moving: Readonly<Record<string, number>>;
}

const undo = (total: Total) => () => decide({ ...total, held: total.held - 5 });
const pending = { n: 2, pending: 'undo' };

test('an operation that is pending and not done here is done, and marked', () => {
  const total = { held: 5, moving: { order: 1 } };
  const post = { id: 'order', n: 2, entry: pending, over: new Map(), before: total };
  expect(postOnce(total, post, undo(total)).state).toEqual({ held: 0, moving: { order: 2 } });
});

test('one that was done before the entry was read is not done again, though another in the same write dropped its marker', () => {
  const before = { held: 0, moving: { order: 2 } };
  const sharing = { held: 0, moving: {} };
  const post = { id: 'order', n: 2, entry: pending, over: new Map(), before };
  expect(postOnce(sharing, post, undo(sharing))).toEqual({ unchanged: true, state: sharing });
});
