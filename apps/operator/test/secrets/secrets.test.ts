import { expect, test } from '@jest/globals';
import { brokerUsers } from '@order-events/messaging/operate';
import { BROKER_USERS, newSecrets } from '../../src/secrets/secrets.mjs';

test('every user of the broker gets a password that may stand in a URL, and no two agree', () => {
  expect([...BROKER_USERS].sort()).toEqual(
    brokerUsers()
      .map(({ name }) => name)
      .sort(),
  );
  const passwords = Object.entries(newSecrets()).filter(([name]) => name.endsWith('RABBITMQ_PASSWORD'));
  expect(passwords).toHaveLength(BROKER_USERS.length + 1);
  expect(passwords.every(([, password]) => /^[0-9a-f]{48}$/.test(password))).toBe(true);
  expect(new Set(passwords.map(([, password]) => password)).size).toBe(passwords.length);
});
