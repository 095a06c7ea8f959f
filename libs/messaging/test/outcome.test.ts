import { expect, test } from '@jest/globals';
import { ServiceError } from '@order-events/runtime';
import { EarlyError, PauseError, SignatureError } from '../src/errors.ts';
import { outcomeOf } from '../src/outcome.ts';

const schedule = { attempts: 3, firstDelayMs: 2_000 };

test('what may pass by itself is tried again, after twice the time each time', () => {
  const error = new ServiceError('unavailable', 'provider-timeout', 'no answer');
  expect(outcomeOf(error, 1, schedule)).toEqual({ kind: 'retry', delayMs: 2_000, error });
  expect(outcomeOf(error, 2, schedule)).toEqual({ kind: 'retry', delayMs: 4_000, error });
});

test('the last attempt that fails ends in the dead letters', () => {
  const error = new ServiceError('unavailable', 'provider-timeout', 'no answer');
  expect(outcomeOf(error, 3, schedule)).toEqual({ kind: 'dead', error });
  expect(outcomeOf(error, 99, schedule)).toEqual({ kind: 'dead', error });
});

test('a bug is tried again, because a new version may come meanwhile', () => {
  for (const bug of [new TypeError('x is undefined'), 'a string', undefined, null, { kind: 'made-up' }]) {
    expect(outcomeOf(bug, 1, schedule)).toEqual({ kind: 'retry', delayMs: 2_000, error: bug });
  }
});

test.each(['invalid', 'not-found', 'conflict', 'gone', 'unprocessable', 'precondition-failed', 'too-large'] as const)(
  '%s becomes a dead letter at once',
  (kind) => {
    const error = new ServiceError(kind, 'some-code', 'never right');
    expect(outcomeOf(error, 1, schedule)).toEqual({ kind: 'dead', error });
  },
);

test('a wrong signature becomes a dead letter at once', () => {
  expect(outcomeOf(new SignatureError('bad', '/services/orders'), 1, schedule).kind).toBe('dead');
});

test('early and pause take the first tier on any attempt, the last one too', () => {
  const early = new EarlyError('the create is still missing');
  const pause = new PauseError('the store is down');
  expect(outcomeOf(early, 3, schedule)).toEqual({ kind: 'early', delayMs: 2_000, error: early });
  expect(outcomeOf(pause, 3, schedule)).toEqual({ kind: 'pause', delayMs: 2_000, error: pause });
});
