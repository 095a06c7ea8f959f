import { expect, test } from '@jest/globals';
import type { Fact } from '../src/reservation.ts';
import { explore, type Model } from './postings-model.ts';

const everything: readonly Fact[] = ['wanted', 'cancelled', 'dispatched', 'returned', 'lost'];
/** `POSTINGS_MODEL=large npm test -- postings-model` takes minutes. */
const isLarge = process.env.POSTINGS_MODEL === 'large';

const small: readonly [string, Model][] = [
  ['a cancel, three handlers', { stock: [1], workers: 3, facts: ['wanted', 'cancelled'] }],
  ['a dispatch beside a cancel', { stock: [1], workers: 2, facts: ['wanted', 'cancelled', 'dispatched'] }],
  ['two lines, one of them short', { stock: [1, 0], workers: 2, facts: ['wanted', 'cancelled'], restocked: true }],
  ['lost and returned', { stock: [1], workers: 2, facts: ['wanted', 'returned', 'lost'] }],
  ['dispatched, and there is none', { stock: [0], workers: 2, facts: ['wanted', 'dispatched'], restocked: true }],
  ['two lines, returned', { stock: [1, 1], workers: 2, facts: ['wanted', 'returned'] }],
];
const mostStates = 16_000_000;
const large: readonly [string, Model][] = [
  ['two lines, one by one', { stock: [1, 1], workers: 2, facts: ['wanted', 'dispatched', 'returned'] }],
  ['everything', { stock: [1], workers: 2, facts: everything, mostStates }],
  ['everything, and there is none', { stock: [0], workers: 2, facts: everything, restocked: true, mostStates }],
  ['three handlers, two lines', { stock: [1, 1], workers: 3, facts: ['wanted', 'cancelled'], mostStates }],
];

test.each(isLarge ? [...small, ...large] : small)(
  'however handlers stall and overtake one another, stock matches the reservation: %s',
  (_what, model) => {
    const { states, broken } = explore(model);
    expect({ broken, some: states > 1_000 }).toEqual({ broken: undefined, some: true });
  },
  isLarge ? 3_600_000 : 60_000,
);

test.each([
  ['the reservation is read before the product', 'entry-read-first'],
  ['an undo leaves no marker where nothing was held', 'no-fence'],
  ['the marker is not looked at', 'no-marker'],
  ['markers of a pending operation are dropped', 'marker-dropped-early'],
  ['a marker that was read is forgotten when the same write drops it', 'marker-dropped-in-batch'],
] as const)('it breaks where %s', (_what, mistake) => {
  const found = ['cancelled', 'dispatched'].map((fact) =>
    explore({ stock: [1], workers: 3, facts: ['wanted', fact as Fact], mistake }),
  );
  expect(found.some(({ broken }) => broken !== undefined)).toBe(true);
});
