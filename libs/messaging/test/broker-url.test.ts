import { expect, test } from '@jest/globals';
import { shownUrl, unreachable, withHeartbeat } from '../src/broker-url.ts';
import { reasonOf } from '../src/reason-of.ts';

test('an address is shown without user and password', () => {
  expect(shownUrl('amqp://eve:s3cret@broker.example:5673/shop?x=y')).toBe('amqp://broker.example:5673/shop');
  expect(unreachable('amqp://eve:s3cret@host', { reason: 'no', refused: false }, undefined).message).not.toMatch(
    /eve|s3cret/,
  );
});

test('a heartbeat is asked for unless the address names one', () => {
  expect(withHeartbeat('amqp://host/shop', 10)).toBe('amqp://host/shop?heartbeat=10');
  expect(withHeartbeat('amqp://host/shop?heartbeat=3', 10)).toBe('amqp://host/shop?heartbeat=3');
});

test('what isn’t a URL is refused without repeating it', () => {
  expect(() => shownUrl('s3cret')).toThrow(/not a URL/);
  expect(() => shownUrl('s3cret')).not.toThrow(/s3cret/);
});

test('a host with several addresses that all refuse has a reason', () => {
  const refused = new AggregateError([
    new Error('connect ECONNREFUSED ::1:5672'),
    new Error('connect ECONNREFUSED 127.0.0.1:5672'),
  ]);
  expect(reasonOf(refused)).toBe('connect ECONNREFUSED ::1:5672; connect ECONNREFUSED 127.0.0.1:5672');
});
