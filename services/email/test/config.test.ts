import { expect, test } from '@jest/globals';
import { loadConfig } from '@order-events/runtime';
import { emailSettings } from '../src/config.ts';

const emailConfig = (env: Record<string, string>) => loadConfig(emailSettings, env);

test('without SMTP_URL mail goes to the local mailbox', () => {
  expect(emailConfig({})).toMatchObject({
    SMTP_URL: undefined,
    SMTP_TIMEOUT_MS: 10_000,
    SMTP_ANSWER_TIMEOUT_MS: 600_000,
  });
});

test('every wrong setting is named, and no value is repeated', () => {
  const wrong = { SMTP_URL: 'http://secret', SMTP_TIMEOUT_MS: '0', MAIL_FROM: 'Shop\nBcc: <eve@example.org>' };
  const attempt = () => emailConfig(wrong);
  for (const name of ['SMTP_URL', 'SMTP_TIMEOUT_MS', 'MAIL_FROM']) expect(attempt).toThrow(name);
  expect(attempt).not.toThrow(/secret|eve@/);
});

test('a sender has a name and an address', () => {
  expect(emailConfig({ MAIL_FROM: 'Shop <orders@example.org>' }).MAIL_FROM).toBe('Shop <orders@example.org>');
  expect(() => emailConfig({ MAIL_FROM: 'orders@example.org' })).toThrow(/angle brackets/);
});
