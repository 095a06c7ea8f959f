import { expect, test } from '@jest/globals';
import { TEST_ISSUER, TEST_SECRET, testKeys } from '@order-events/testing';
import { emailConfig } from '../src/index.ts';

const env = {
  RABBITMQ_URL: 'amqp://broker',
  ACCESS_TOKEN_SECRET: TEST_SECRET,
  ISSUER: TEST_ISSUER,
  EVENT_SIGNING_KEYS: testKeys(),
};

test('without SMTP_URL mail is kept locally', () => {
  expect(emailConfig(env)).toMatchObject({
    PORT: 3006,
    SMTP_URL: undefined,
    SMTP_TIMEOUT_MS: 10_000,
    SMTP_ANSWER_TIMEOUT_MS: 600_000,
  });
});

test('every wrong setting is named, and no value is repeated', () => {
  const wrong = { ...env, SMTP_URL: 'http://secret', SMTP_TIMEOUT_MS: '0', MAIL_FROM: 'Shop\nBcc: <eve@example.org>' };
  const attempt = () => emailConfig(wrong);
  for (const name of ['SMTP_URL', 'SMTP_TIMEOUT_MS', 'MAIL_FROM']) expect(attempt).toThrow(name);
  expect(attempt).not.toThrow(/secret|eve@/);
});

test('a sender has a name and an address', () => {
  expect(emailConfig({ ...env, MAIL_FROM: 'Shop <orders@example.org>' }).MAIL_FROM).toBe('Shop <orders@example.org>');
  expect(() => emailConfig({ ...env, MAIL_FROM: 'orders@example.org' })).toThrow(/angle brackets/);
});
