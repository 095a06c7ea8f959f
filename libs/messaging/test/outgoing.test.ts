import { expect, test } from '@jest/globals';
import { errorOf, outcomeOfAnswer } from '../src/publisher/outgoing.ts';

const message = { exchange: 'order_events', routingKey: 'order.created.v1', content: Buffer.alloc(0), properties: {} };
const nacked = new Error('message nacked');
const closed = new Error('channel closed');

test.each([
  ['confirmed', undefined, false, 'confirmed', undefined],
  ['returned, then confirmed', undefined, true, 'returned', { name: 'UnroutableError', exchange: 'order_events' }],
  ['returned, then lost with its channel', closed, true, 'returned', { name: 'UnroutableError' }],
  ['refused', nacked, false, 'refused', { name: 'UnconfirmedError', fate: 'refused', cause: nacked }],
  ['lost with its channel', closed, false, 'unknown', { name: 'UnconfirmedError', fate: 'unknown', cause: closed }],
] as const)('a message that was %s', (_what, error, returned, outcome, told) => {
  expect(outcomeOfAnswer(error, returned)).toBe(outcome);
  if (told) expect(errorOf(outcome, message, error)).toMatchObject(told);
  else expect(errorOf(outcome, message, error)).toBeUndefined();
});
