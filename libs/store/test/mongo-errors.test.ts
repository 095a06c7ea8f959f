import { describe, expect, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { translated } from '../src/mongo/errors.ts';

const told = (error: unknown) => translated(error, 'db/shop', 'orders');
const answer = (code: number, errorLabels: string[] = []) =>
  new mongo.MongoServerError({ message: 'no', code, errorLabels });

describe('what passes is the store’s trouble', () => {
  // Read concern not there yet; interrupted by a state change; not primary; shutting down; time limits; no majority;
  // write conflict; a stale shard; no disk; cache pressure; too many requests; killed by an operator; lock not got.
  test.each([134, 11602, 10107, 91, 50, 262, 64, 79, 100, 133, 112, 150, 13388, 14031, 365, 462, 11601, 24])(
    'code %i',
    (code) => {
      expect(told(answer(code))).toMatchObject({ name: 'StoreUnavailableError', outage: true });
    },
  );

  test.each(Object.values(mongo.MongoErrorLabel).filter((label) => label !== 'NoWritesPerformed'))(
    'an unknown code that the server or the driver labels %s',
    (label) => {
      expect(told(answer(999_999, [label]))).toMatchObject({ name: 'StoreUnavailableError' });
    },
  );

  test.each([
    new mongo.MongoNetworkError('connection 3 to 10.0.0.1:27017 closed'),
    new mongo.MongoNetworkTimeoutError('timed out'),
    new mongo.MongoNotConnectedError('Client must be connected'),
    new mongo.MongoOperationTimeoutError('timed out'),
    new mongo.MongoServerSelectionError('none', { type: 'Unknown' } as never),
  ])('%p', (error) => {
    expect(told(error)).toMatchObject({ name: 'StoreUnavailableError' });
  });

  test.each([13, 18])('and so is a refusal of the user, by its name: code %i', (code) => {
    expect(told(answer(code))).toMatchObject({ message: 'the store db/shop refuses the user or password' });
  });
});

describe('what concerns one document is its own', () => {
  // Validation; an immutable field; bad value; no such namespace; an illegal operation; a key too long.
  test.each([121, 66, 2, 26, 20, 17280])('code %i stays what it is', (code) => {
    const error = answer(code);
    expect(told(error)).toBe(error);
  });

  test.each([10334, 17419, 17420])('code %i: it is too large', (code) => {
    expect(told(answer(code))).toMatchObject({ kind: 'too-large', code: 'document-too-large' });
  });

  test('a mistake of ours stays what it is', () => {
    const error = new TypeError('x is undefined');
    expect(told(error)).toBe(error);
  });
});
