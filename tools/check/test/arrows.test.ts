import { expect, test } from '@jest/globals';
import { wrongArrows } from '../arrows.ts';

test.each([
  ['libs/contracts', 'libs/store', 'libs/contracts knows no other workspace'],
  ['libs/runtime', 'libs/contracts', 'libs/runtime knows no other workspace'],
  ['libs/messaging', 'libs/store', 'libs/messaging knows libs/contracts and libs/runtime'],
  ['libs/store', 'libs/runtime', 'libs/store knows libs/contracts'],
  ['libs/messaging', 'services/orders', 'libs/messaging knows libs/contracts and libs/runtime'],
  ['libs/shared', 'libs/contracts', 'nothing says yet what libs/shared may know'],
  ['services/orders', 'services/payments', 'a service knows libs, and no other service'],
  ['services/orders', 'tools', 'a service knows libs, and no other service'],
])('%s may not know %s', (from, to, problem) => {
  expect(wrongArrows([{ from, to }])).toEqual([`${from} → ${to}: ${problem}`]);
});

test.each([
  ['libs/messaging', 'libs/contracts'],
  ['libs/store', 'libs/contracts'],
  ['services/orders', 'libs/store'],
  ['libs/store', 'libs/testing'],
  ['tools', 'services/orders'],
  ['e2e', 'tools'],
])('%s may know %s', (from, to) => {
  expect(wrongArrows([{ from, to }])).toEqual([]);
});
