import { expect, test } from '@jest/globals';
import { readWish } from '../src/options.ts';

const read = (...args: string[]) => readWish(args, ['calm', 'storm']);

test('minutes alone don’t choose the long form, and nothing is written unless that is asked for', () => {
  expect(read('--minutes', '1')).toMatchObject({ form: 'usual', minutes: 1, write: false });
  expect(read('--long', '--minutes', '120')).toMatchObject({ form: 'long', minutes: 120, write: false });
  expect(read()).toMatchObject({ form: 'usual', minutes: undefined, write: false });
  expect(read('--long', '--write')).toMatchObject({ form: 'long', write: true });
  expect(read('--minutes', '0.5').minutes).toBe(0.5);
});

test.each([
  [['--minutes', 'x'], '--minutes is a number of minutes'],
  [['--minutes', '-1'], "Option '--minutes' argument is ambiguous"],
  [['--minutes', '0'], '--minutes is a number of minutes'],
  [['--minutes', '1e3'], '--minutes is a number of minutes'],
  [['--lanes', '0'], '--lanes is a whole number from 1 to 16'],
  [['--seed', '1.5'], '--seed is a whole number'],
  [['--short', '--long'], '--short goes with neither --long nor --minutes'],
  [['--short', '--minutes', '1'], '--short goes with neither --long nor --minutes'],
  [['--short', '--write'], '--write is for a whole form'],
  [['--minutes', '1', '--write'], '--write is for a whole form'],
  [['--only', 'calm', '--write'], '--write is for a whole form'],
  [['--only', 'nothing'], 'there is no nothing: choose from calm, storm'],
  [['extra'], "Unexpected argument 'extra'"],
])('npm run prove %j is refused in one line', (args, line) => {
  expect(() => read(...args)).toThrow(line);
  expect(() => read(...args)).toThrow(/^[^\n]+$/);
});
