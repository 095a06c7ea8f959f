import { expect, test } from '@jest/globals';
import { ServiceError } from '@order-events/runtime';
import { failureEnvelope, lastError } from '../src/failure-envelope.ts';

const failure = {
  error: new ServiceError('invalid', 'bad-thing', 'it is bad'),
  attempts: 3,
  service: 'email',
  queue: 'email.priority',
  time: new Date('2026-11-24T10:00:00Z'),
  body: Buffer.from('{"specversion":"1.0"}'),
};

test('it says what went wrong, how often it was tried, where and when', () => {
  expect(JSON.parse(failureEnvelope(failure))).toEqual({
    error: { name: 'ServiceError', code: 'bad-thing', message: 'it is bad' },
    attempts: 3,
    service: 'email',
    queue: 'email.priority',
    time: '2026-11-24T10:00:00.000Z',
    firstBytes: '{"specversion":"1.0"}',
  });
});

test('whatever the error and the body are, it stays within 2 KiB and is JSON', () => {
  const nasty = [
    '\u0000'.repeat(10_000),
    '"'.repeat(10_000),
    '\u{1f4a5}'.repeat(10_000),
    Buffer.alloc(10_000, 0xff).toString('latin1'),
  ];
  for (const text of nasty) {
    const envelope = failureEnvelope({ ...failure, error: new Error(text), body: Buffer.from(text) });
    expect(Buffer.byteLength(envelope)).toBeLessThanOrEqual(2_048);
    expect(JSON.parse(envelope)).toMatchObject({ attempts: 3, queue: 'email.priority' });
  }
});

test('no address, token or card number gets into it, also where the body is cut', () => {
  const secrets = 'jane.doe@example.com 4111 1111 1111 1111 Bearer abcdefghijklmnop';
  const body = Buffer.from(`${'x'.repeat(490)} ${secrets}`);
  const envelope = failureEnvelope({ ...failure, error: new Error(secrets), body });
  expect(envelope).not.toMatch(/jane|example\.com|4111|abcdefg/);
  expect(lastError(new Error(secrets))).not.toMatch(/jane|example\.com|4111|abcdefg/);
});

test('what was thrown need not be an error', () => {
  for (const thrown of [undefined, null, 'text', 42, { code: 7 }]) {
    const { error } = JSON.parse(failureEnvelope({ ...failure, error: thrown }));
    expect(error.name).toBe('Error');
    expect(typeof error.message).toBe('string');
  }
});

test.each([
  '{"name":"Jane Doe","street":"12 High Street","born":"1970-01-31"}',
  'Jane Doe, 12 High Street',
  '<person>Жанна Доу</person>',
  Buffer.from('Jane Doe').toString('base64'),
  'name=Jane+Doe&city=Zürich',
])('of what isn’t ours only the shape of its first bytes is kept: %s', (body) => {
  const { firstBytes } = JSON.parse(failureEnvelope({ ...failure, body: Buffer.from(body), foreign: true }));
  expect(firstBytes).toHaveLength(body.length);
  expect(firstBytes).not.toMatch(/(?!x)\p{L}|[1-9]/u);
  expect(firstBytes.replace(/[x0]/g, '')).toBe(body.replace(/[\p{L}\p{N}]/gu, ''));
});
