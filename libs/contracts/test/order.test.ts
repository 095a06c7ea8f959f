import { expect, test } from '@jest/globals';
import { canMove, getStatusLabel, isStatus, legalMoves, Status } from '../src/index.ts';

const all = Object.values(Status);

test('an order goes forward one step at a time, and can be cancelled until it is shipped', () => {
  const moves = all.flatMap((from) => all.filter((to) => canMove(from, to)).map((to) => `${from}→${to}`));
  expect(moves).toEqual(['0→1', '0→5', '1→2', '1→5', '2→3', '2→5', '3→4']);
  expect(Object.keys(legalMoves)).toHaveLength(all.length);
});

test('every status has its label', () => {
  const labels = all.map(getStatusLabel);
  expect(labels).toEqual(['Pending', 'Confirmed', 'Processing', 'Shipped', 'Delivered', 'Cancelled']);
  expect(labels).toEqual(Object.keys(Status));
});

test('only the numbers of the table are a status', () => {
  expect(all.every(isStatus)).toBe(true);
  for (const value of [-1, 6, 1.5, Number.NaN, '1', 'Pending', null, undefined, [1], 'toString']) {
    expect(isStatus(value)).toBe(false);
  }
});
