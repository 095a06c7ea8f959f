import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createCustomer, type DemoCustomer, fillDemo, people, personToken, runDemo } from '@order-events/demo';
import { type System, startSystem } from '@order-events/demo/system';
import { applyTopology, applyUsers, brokerUsers, managementAt } from '@order-events/messaging/operate';
import { plan } from '@order-events/operator/topology';
import { eventually, TEST_ISSUER, TEST_SECRET, type TestBroker, testBroker, testKeys } from '@order-events/testing';

const issuer = { ACCESS_TOKEN_SECRET: TEST_SECRET, ISSUER: TEST_ISSUER };
const management = process.env.TEST_BROKER_MANAGEMENT ?? '';
const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

let broker: TestBroker;
let system: System;
let folder: string;

/** Every service with its own user and nobody else's rights, as after `topology -- apply` and `users`. */
beforeAll(async () => {
  broker = await testBroker();
  folder = await mkdtemp(join(tmpdir(), 'order-events-users-'));
  await applyTopology({ url: broker.amqpUrl, managementUrl: management, say: silent, log });
  const prefix = `${broker.vhost}-`;
  const passwords = Object.fromEntries(brokerUsers().map(({ name }) => [name, `${name}-secret`]));
  const users = await applyUsers(managementAt(management, broker.amqpUrl), { prefix, passwords });
  const as = (user: string, address: string) => {
    const url = new URL(address);
    url.username = user;
    url.password = passwords[user.slice(prefix.length)] ?? '';
    return url.href;
  };
  const urls = users.map((user) => [
    `${user.slice(prefix.length).toUpperCase()}_RABBITMQ_URL`,
    as(user, broker.amqpUrl),
  ]);
  const env = {
    ...issuer,
    EVENT_SIGNING_KEYS: testKeys(),
    LOG_LEVEL: 'error',
    RABBITMQ_MANAGEMENT_URL: as(`${prefix}monitor`, management),
    // For what needs no broker but reads the common settings.
    RABBITMQ_URL: 'amqp://nobody:nothing@127.0.0.1:1',
    ...Object.fromEntries(urls),
  };
  system = await startSystem({ env, dataFolder: folder, freePorts: true });
}, 60_000);

afterAll(async () => {
  await system?.stop();
  for (const { name } of brokerUsers()) await broker.management.delete(`/users/${broker.vhost}-${name}`);
  await broker.close();
  await rm(folder, { recursive: true });
});

test('the whole system runs, each service as a user that may declare nothing and touch nothing of another’s', async () => {
  const gateway = system.urls.gateway ?? '';
  const admin = createCustomer(gateway, personToken(issuer, 'root', 'admin'));
  const persons = people.map(({ id }) => createCustomer(gateway, personToken(issuer, id, 'user')));
  await fillDemo(admin, persons);
  expect(await runDemo(admin, persons[0] as DemoCustomer, silent)).toBe(true);
  expect(await plan({ management, amqp: broker.amqpUrl })).toEqual([]);
}, 60_000);

test('what fails takes its way through the delay queues into the service’s own dead letters', async () => {
  const { vhost } = broker;
  await broker.management.post(`/exchanges/${vhost}/amq.default/publish`, {
    routing_key: 'orders',
    payload: 'no event',
    payload_encoding: 'string',
    properties: {},
  });
  await eventually(async () => {
    const letters = await broker.management.post<unknown[]>(`/queues/${vhost}/orders.dlq/get`, {
      count: 10,
      ackmode: 'ack_requeue_true',
      encoding: 'auto',
    });
    expect(letters).toMatchObject([{ payload: 'no event' }]);
  });
});
