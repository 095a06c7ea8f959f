import { expect, test } from '@jest/globals';
import { httpSettings, tokenSettings } from '../src/base-settings.ts';
import { ConfigError, loadConfig, serviceEnv } from '../src/config.ts';
import * as setting from '../src/setting.ts';

const settings = { ...httpSettings({ port: 3001 }), ...tokenSettings() };
const good = {
  ACCESS_TOKEN_SECRET: 'a'.repeat(32),
  ISSUER: 'tests',
};

test('settings are read, the rest has its defaults', () => {
  expect(loadConfig(settings, good)).toEqual({
    ...good,
    PORT: 3001,
    HOST: undefined,
    AUDIENCE: 'order-events',
    ALLOW_PERSONAL_SUBJECTS: false,
    TRUST_PROXY: undefined,
    LOG_LEVEL: 'info',
  });
  expect(loadConfig(settings, { ...good, PORT: '0' }).PORT).toBe(0);
});

test('all faults are told at once and no value is', () => {
  const env = {
    PORT: '70000',
    ACCESS_TOKEN_SECRET: 'hunter2hunter2',
    LOG_LEVEL: 'hunter2',
    TRUST_PROXY: 'true',
  };
  const faults = faultsOf(env);
  expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
    'PORT',
    'TRUST_PROXY',
    'LOG_LEVEL',
    'ACCESS_TOKEN_SECRET',
    'ISSUER',
  ]);
  expect(faults.join()).not.toContain('hunter2');
  expect(faults).toContain('PORT must be a whole number from 0 to 65535');
  expect(faults.find((fault) => fault.startsWith('ISSUER'))).toMatch(/^ISSUER is missing: issuer .*https:/);
});

test.each([
  ['31 bytes', 'a'.repeat(31), false],
  ['32 bytes', 'a'.repeat(32), true],
  ['16 characters of 2 bytes', 'é'.repeat(16), true],
])('an access token secret of %s', (_what, secret, accepted) => {
  const faults = faultsOf({ ...good, ACCESS_TOKEN_SECRET: secret });
  expect(faults.length === 0).toBe(accepted);
});

test.each(['1.5', '-1', '1e3', '0x10', ' 5', 'Infinity'])('%j is not a whole number', (given) => {
  expect(() => loadConfig({ LIMIT: setting.integer()({ desc: 'limit' }) }, { LIMIT: given })).toThrow(ConfigError);
});

test('the configuration can’t be changed', () => {
  const config = loadConfig(settings, good) as { PORT: number };
  expect(() => {
    config.PORT = 1;
  }).toThrow(TypeError);
});

test('in one process a setting with the service’s name in front goes before the common one', () => {
  const env = {
    LOG_LEVEL: 'info',
    PORT: '80',
    ORDERS_LOG_LEVEL: 'debug',
    INVENTORY_PORT: '3002',
    EMAIL_PRIORITY_X: '1',
  };
  expect(serviceEnv(env, 'orders')).toMatchObject({ LOG_LEVEL: 'debug' });
  expect(serviceEnv(env, 'orders')).not.toHaveProperty('PORT');
  expect(serviceEnv(env, 'inventory')).toMatchObject({ LOG_LEVEL: 'info', PORT: '3002' });
  expect(serviceEnv(env, 'email-priority')).toMatchObject({ X: '1' });
});

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(settings, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}
