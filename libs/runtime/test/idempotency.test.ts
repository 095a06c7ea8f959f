import { expect, test } from '@jest/globals';
import { parseIdempotencyKey } from '../src/idempotency.ts';

test.each([
  ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['"with space, comma"', 'with space, comma'],
  ['"a \\"quoted\\" \\\\ one"', 'a "quoted" \\ one'],
])('%s is the key %s', (header, key) => {
  expect(parseIdempotencyKey(header)).toBe(key);
});

test.each([undefined, ''])('%j is a missing key', (header) => {
  expect(() => parseIdempotencyKey(header)).toThrow(
    expect.objectContaining({ kind: 'invalid', code: 'idempotency-key-missing' }),
  );
});

test.each(['""', '"', 'a b', 'first, second', '"a", "b"', '"a";p=1', 'käse', '"k\u0001"', '"a\\b"'])(
  '%s is refused',
  (header) => {
    expect(() => parseIdempotencyKey(header)).toThrow(expect.objectContaining({ code: 'idempotency-key-invalid' }));
  },
);

test('a key has at most 255 characters', () => {
  const longest = 'a'.repeat(255);
  expect([parseIdempotencyKey(longest), parseIdempotencyKey(`"${longest}"`)]).toEqual([longest, longest]);
  for (const header of [`${longest}a`, `"${longest}a"`]) expect(() => parseIdempotencyKey(header)).toThrow('255');
});
