import { execFile } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { service } from '@order-events/audit';
import { brokerUsers } from '@order-events/messaging/operate';
import { TEST_ISSUER, TEST_SECRET, type TestBroker, testBroker, testKeys } from '@order-events/testing';

const program = resolve(import.meta.dirname, '../../src/topology/main.ts');
const names = brokerUsers().map(({ name }) => name);
const passwords = Object.fromEntries(
  names.map((name) => [`${name.toUpperCase()}_RABBITMQ_PASSWORD`, `${name}-secret`]),
);
let broker: TestBroker;
let folder: string;
let prefix: string;

beforeAll(async () => {
  broker = await testBroker();
  folder = await mkdtemp(join(tmpdir(), 'deploy-'));
  prefix = `${broker.vhost}-`;
});
afterAll(async () => {
  for (const name of names) await broker.management.delete(`/users/${prefix}${name}`);
  await broker.close();
  await rm(folder, { recursive: true });
});

function deploy(): Promise<{ code: number; out: string; err: string }> {
  const file = join(folder, 'users.env');
  const management = process.env.TEST_BROKER_MANAGEMENT ?? '';
  const args = ['deploy', '--url', broker.amqpUrl, '--management', management, '--prefix', prefix, '--passwords', file];
  return new Promise((ran) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, env: passwords }, (error, out, err) => {
      ran({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

test('a deploy makes topology and users, as often as it is run, and what can lose nothing stops nobody', async () => {
  expect(await deploy()).toMatchObject({ code: 0, out: expect.stringContaining('exactly what is described') });
  await broker.management.put(`/queues/${broker.vhost}/stranger`, { durable: true });
  await broker.management.post(`/bindings/${broker.vhost}/e/order_events/q/stranger`, { routing_key: '#' });
  expect(await deploy()).toMatchObject({ code: 0, out: expect.stringContaining('order_events → stranger (#)') });
  await expect(access(join(folder, 'users.env'))).rejects.toThrow('ENOENT');

  const [amqp, monitor] = [new URL(broker.amqpUrl), new URL(process.env.TEST_BROKER_MANAGEMENT ?? '')];
  Object.assign(amqp, { username: `${prefix}audit`, password: 'audit-secret' });
  Object.assign(monitor, { username: `${prefix}monitor`, password: 'monitor-secret' });
  const audit = service.create({
    PORT: '0',
    LOG_LEVEL: 'error',
    RABBITMQ_URL: amqp.href,
    RABBITMQ_MANAGEMENT_URL: monitor.href,
    STORE_URL: `sqlite:${join(folder, 'audit.db')}`,
    ACCESS_TOKEN_SECRET: TEST_SECRET,
    ISSUER: TEST_ISSUER,
    EVENT_SIGNING_KEYS: testKeys(),
  });
  await audit.start();
  expect((await fetch(`${audit.url}/readyz`)).status).toBe(200);
  await audit.stop();
}, 60_000);
