import { expect, test } from '@jest/globals';
import { looksPersonal } from '../src/personal-subject.ts';

test.each([
  'pat@example.com',
  'PAT@EXAMPLE.COM',
  'pat+shop@müller-example.de',
  'pat@localhost',
  'pat＠example.com',
  'pat%40example.com',
  'pat%2540example.com',
  '%2B4915112345678',
  'tel%3A5551234567',
  '+٤٩١٥١١٢٣٤٥٦٧٨',
  'mailto:pat@example.com',
  'acct:pat@social.example',
  'email|pat@example.com',
  'auth0|pat@example.com',
  '"pat"@example.com',
  '@pat',
  '+4915112345678',
  '+49-151-12345678',
  '+1(555)123-4567',
  'sms|+4915112345678',
  'tel:5551234567',
  'tel:+1-555-123-4567',
  '004915112345678',
  '(555)123-4567',
  '555-123-4567',
  '555.123.4567',
  '030/1234567',
  '555‑123‑4567',
  '123-45-6789',
])('%s says who a person is', (sub) => {
  expect(looksPersonal(sub)).toBe(true);
});

test.each([
  'anna',
  'ada',
  'root',
  'customer-1',
  'auth0|507f1f77bcf86cd799439011',
  'google-oauth2|103456789012345678901',
  '103456789012345678901',
  '12345678',
  '0000012345',
  '2026-0000123',
  '550e8400-e29b-41d4-a716-446655440000',
  '12345678-1234-1234-1234-123456789012',
  'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
  'ab+1234567cd/9',
  'https://accounts.example.com/users/17',
  'urn:user:4711',
  'a%20b%2Fc',
  '100%',
])('%s is taken for a pseudonym', (sub) => {
  expect(looksPersonal(sub)).toBe(false);
});
