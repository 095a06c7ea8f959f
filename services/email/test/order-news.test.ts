import { expect, test } from '@jest/globals';
import type { Mail } from '../src/mail.ts';
import { newsOf } from '../src/order-news.ts';
import { aCancellation, aConfirmation, wanted } from './wanted.ts';

const [before, now, after] = ['2026-03-01T10:00:00Z', '2026-03-01T10:00:10Z', '2026-03-01T10:00:20Z'] as const;
const aMail = (facts: Mail['facts'], changes: Partial<Mail> = {}): Mail => ({
  ...wanted(facts),
  status: 'sending',
  createdAt: before,
  until: before,
  failures: 0,
  replay: 0,
  ...changes,
});

test('the first mail of an order is true', () => {
  expect(newsOf('confirmation', [], now)).toBe('true');
  expect(newsOf('cancellation', [], now)).toBe('true');
});

test.each(['sending', 'sent', 'failed', 'unknown', 'suppressed'] as const)(
  'a confirmation is superseded by a cancellation that is %s',
  (status) => {
    expect(newsOf('confirmation', [aMail(aCancellation, { status })], now)).toBe('superseded');
  },
);

test('a cancellation waits while a confirmation may be on its way, and only then', () => {
  expect(newsOf('cancellation', [aMail(aConfirmation, { until: after })], now)).toBe('wait');
  expect(newsOf('cancellation', [aMail(aConfirmation, { until: before })], now)).toBe('true');
  for (const status of ['sent', 'failed', 'unknown', 'superseded', 'suppressed'] as const) {
    expect(newsOf('cancellation', [aMail(aConfirmation, { status, until: after })], now)).toBe('true');
  }
});

test('two mails of one kind leave each other alone', () => {
  expect(newsOf('confirmation', [aMail(aConfirmation, { until: after })], now)).toBe('true');
  expect(newsOf('cancellation', [aMail(aCancellation, { until: after })], now)).toBe('true');
});
