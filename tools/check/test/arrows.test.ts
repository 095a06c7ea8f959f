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
  ['libs/client', 'libs/contracts', 'libs/client knows no other workspace'],
  ['libs/client', 'libs/runtime', 'libs/client knows no other workspace'],
  ['services/orders', 'libs/client', 'the client is for those who use the system, outside it'],
  ['libs/messaging', 'libs/client', 'the client is for those who use the system, outside it'],
  ['libs/testing', 'libs/client', 'the client is for those who use the system, outside it'],
  ['services/orders', 'tools', 'a service knows libs, and no other service'],
  ['services/orders', 'apps/operator', 'a service knows libs, and no other service'],
  ['libs/store', 'verify/prove', 'libs/store knows libs/contracts'],
  ['tools', 'services/orders', 'tools are for developing, and know libs alone'],
  ['tools', 'apps/demo', 'tools are for developing, and know libs alone'],
  ['apps/demo', 'verify/prove', 'an app knows what it starts, and no other app'],
  ['apps/demo', 'apps/operator', 'an app knows what it starts, and no other app'],
  ['sandboxes/payment-provider', 'libs/contracts', 'a sandbox knows libs/runtime alone'],
  ['sandboxes/payment-provider', 'services/payments', 'a sandbox knows libs/runtime alone'],
  ['sandboxes/payment-provider', 'libs/client', 'a sandbox knows libs/runtime alone'],
])('%s may not know %s', (from, to, problem) => {
  expect(wrongArrows([{ from, to }])).toEqual([`${from} → ${to}: ${problem}`]);
});

test.each([
  ['libs/messaging', 'libs/contracts'],
  ['libs/store', 'libs/contracts'],
  ['services/orders', 'libs/store'],
  ['libs/store', 'libs/testing'],
  ['apps/demo', 'services/orders'],
  ['apps/demo', 'tools'],
  ['sandboxes/payment-provider', 'libs/runtime'],
  ['services/payments', 'sandboxes/payment-provider'],
  ['apps/demo', 'sandboxes/payment-provider'],
  ['verify/flows', 'tools'],
  ['verify/flows', 'apps/demo'],
  ['verify/simulate', 'verify/prove'],
  ['verify/flows', 'libs/client'],
  ['tools', 'libs/client'],
])('%s may know %s', (from, to) => {
  expect(wrongArrows([{ from, to }])).toEqual([]);
});
