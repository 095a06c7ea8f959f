import { expect, test } from '@jest/globals';
import { compile } from '@order-events/contracts';
import { bodyReader } from '@order-events/runtime';
import { statusChange } from '../src/requests.ts';

const readStatusChange = bodyReader(compile(statusChange));

const shipped = (trackingNumber: string) =>
  readStatusChange({ status: 3, trackingNumber, shippingCarrier: 'DHL' }).trackingNumber;

test.each([
  ['with blanks round it', ' RR123456785DE\t', 'RR123456785DE'],
  ['with what a page puts round it', '\u200e\u00a0RR123456785DE\u200b', 'RR123456785DE'],
  ['in groups', '1Z 999 AA1 01 2345 6784', '1Z 999 AA1 01 2345 6784'],
  ['that could be a card', '4111111111111111', '4111111111111111'],
])('a tracking number %s is stored as printed', (_how, typed, stored) => {
  expect(shipped(typed)).toBe(stored);
});

test.each(['', ' ', '\u200b', '<b>', 'RR123\u0000', '٤١١١', 'X'.repeat(129)])('%j is no tracking number', (typed) => {
  expect(() => shipped(typed)).toThrow(expect.objectContaining({ code: 'body-invalid' }));
});
