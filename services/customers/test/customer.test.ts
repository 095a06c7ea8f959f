import { expect, test } from '@jest/globals';
import { withProfile } from '../src/customer.ts';

const profile = { email: 'ada@example.org', name: 'Ada', locale: 'en' };

test('a profile is set, and stays the same when it is set again without a change', () => {
  const first = withProfile(undefined, profile, '2026-11-24T10:00:00.000Z');
  expect(first).toEqual({ ...profile, changedAt: '2026-11-24T10:00:00.000Z' });
  expect(withProfile(first, profile, '2026-11-24T11:00:00.000Z')).toBe(first);
});

test('a changed address replaces the old one', () => {
  const first = withProfile(undefined, profile, '2026-11-24T10:00:00.000Z');
  const moved = withProfile(first, { ...profile, email: 'ada@new.example.org' }, '2026-11-24T11:00:00.000Z');
  expect(moved).toMatchObject({ email: 'ada@new.example.org', changedAt: '2026-11-24T11:00:00.000Z' });
});
