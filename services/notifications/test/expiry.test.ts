import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { actAt } from '../src/expiry.ts';

const day = 24 * 60 * 60_000;
beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const acting = (time: Date) => {
  const act = jest.fn();
  return { act, cancel: actAt(time, () => new Date(), act) };
};
const inDays = (days: number) => new Date(Date.now() + days * day);

test.each([0.5, 1, 24.8, 24.9, 25, 49.7, 50, 365, 10_000])(
  '%d days ahead it acts then, once, and not before',
  (days) => {
    const { act } = acting(inDays(days));
    jest.advanceTimersByTime(days * day - 1);
    expect(act).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(act).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(100 * day);
    expect(act).toHaveBeenCalledTimes(1);
  },
);

test.each([9_999_999_999_999, Number.MAX_SAFE_INTEGER, 8.64e12, 253_402_300_799])(
  'exp %d seconds does not come',
  (exp) => {
    const { act } = acting(new Date(exp * 1000));
    jest.advanceTimersByTime(400 * day);
    expect(act).not.toHaveBeenCalled();
  },
);

test('a time in the past acts at once', () => {
  const { act } = acting(inDays(-1));
  jest.advanceTimersByTime(0);
  expect(act).toHaveBeenCalledTimes(1);
});

test('cancelled, it never acts, also after the timer was set again', () => {
  const { act, cancel } = acting(inDays(60));
  jest.advanceTimersByTime(30 * day);
  cancel();
  jest.advanceTimersByTime(60 * day);
  expect(act).not.toHaveBeenCalled();
  expect(jest.getTimerCount()).toBe(0);
});
