import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { folderOf, type ServiceEntry, serviceEntries, services } from '@order-events/contracts';
import { brokerUserNames, composeProblems, containerOf } from '../compose.ts';
import { envExampleProblems } from '../env-example.ts';
import { misplacedServices } from '../services.ts';
import { readSource } from '../source-file.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const compose = await readFile(join(root, 'docker-compose.yml'), 'utf8');
const example = await readFile(join(root, '.env.example'), 'utf8');

const gifts: ServiceEntry = {
  name: 'gifts',
  port: 3009,
  addressSetting: 'GIFTS_SERVICE_URL',
  publicPaths: ['/api/v1/gifts'],
  queues: { gifts: { consumes: ['order.completed.v1'], attempts: 5, firstDelayMs: 1_000 } },
  calls: ['customers'],
};
const all = [...serviceEntries, gifts];
const users = [...brokerUserNames(), 'gifts'];

const IDLE =
  "nobody consumes the queue gifts: subscribe to it in services/gifts/src (queue: 'gifts'), or take it out of gifts in libs/contracts/src/services.ts";

const aWorkspace = (folder: string) => ({ name: folder, folder, dependencies: [], devDependencies: [] });
const filesOf = (entry: ServiceEntry) => {
  const subscriptions = Object.keys(entry.queues).map((queue) => `({ queue: '${queue}', handlers });`);
  const fileOf = (name: string, text = '') => readSource(`${folderOf(entry)}/src/${name}.ts`, text);
  return [fileOf('index'), fileOf('main'), fileOf('service', subscriptions.join('\n'))];
};
const misplaced = (
  entries: readonly ServiceEntry[],
  folders = entries.map(folderOf),
  sources = entries.flatMap(filesOf),
) => misplacedServices(entries, folders.map(aWorkspace), sources);

test('a service is an entry and a folder; either alone is named', () => {
  expect(misplaced([services.customers, gifts])).toEqual([]);
  expect(misplaced([services.customers], ['services/customers', 'services/gifts', 'libs/x'])).toEqual([
    'services/gifts has no entry in libs/contracts/src/services.ts: add one, or npm start and Compose leave it out',
  ]);
  expect(misplaced([gifts], [], [])).toEqual([
    'services/gifts/src/index.ts is missing: gifts is in libs/contracts/src/services.ts, and is started from there',
    'services/gifts/src/main.ts is missing: gifts is in libs/contracts/src/services.ts, and is started from there',
    IDLE,
  ]);
});

test('a queue that its service does not subscribe to is named', () => {
  const silent = [
    ...filesOf({ ...gifts, queues: {} }),
    readSource('services/orders/src/service.ts', "({ queue: 'gifts' });"),
  ];
  expect(misplaced([gifts], ['services/gifts'], silent)).toEqual([IDLE]);
});

test('a queue consumes events that there are', () => {
  const consuming = (...consumes: string[]) => ({ ...gifts, queues: { gifts: { ...gifts.queues.gifts, consumes } } });
  expect(misplaced([consuming('order.completd.v1') as ServiceEntry])).toEqual([
    'the queue gifts consumes order.completd.v1, which no contract defines: see docs/events.md',
  ]);
  expect(misplaced([consuming() as ServiceEntry])).toEqual([
    'the queue gifts consumes no event: name its events in libs/contracts/src/services.ts, or remove it',
  ]);
});

test('two services with the same port, path or queue are named', () => {
  const twin = { ...gifts, name: 'twins', port: services.audit.port, publicPaths: ['/api/v1/dlq'] };
  expect(misplaced([...serviceEntries, twin])).toEqual([
    'audit and twins have the same port, 3008: give each its own in libs/contracts/src/services.ts',
    'audit and twins have the same public path, /api/v1/dlq: give each its own in libs/contracts/src/services.ts',
  ]);
});

test('an event on which no service acts is named', () => {
  const deaf = serviceEntries.map((entry) => (entry.name === 'email' ? { ...entry, queues: {} } : entry));
  const alone = deaf.map((entry) => (entry.name === 'orders' ? { ...entry, queues: {} } : entry));
  expect(misplaced(deaf)).toEqual([]);
  expect(misplaced(alone)).toContain(
    'no service acts on product.changed.v1: name it in a queue of libs/contracts/src/services.ts, or in forTheRecord of libs/contracts/src/consumers.ts',
  );
});

test('a service that docker-compose.yml lacks is shown with the lines to add, and with its password and address', () => {
  const problems = composeProblems(compose, all, users);
  expect(problems).toEqual([
    'docker-compose.yml: gateway needs GIFTS_SERVICE_URL: http://gifts:3009',
    `docker-compose.yml: there is no service gifts, so its queues fill and its paths answer 503. Add:\n${containerOf(gifts, users)}`,
    `docker-compose.yml: topology needs GIFTS_RABBITMQ_PASSWORD: \${GIFTS_RABBITMQ_PASSWORD:?set it in .env}`,
  ]);
  const password = `      GIFTS_RABBITMQ_PASSWORD: \${GIFTS_RABBITMQ_PASSWORD:?set it in .env}\n`;
  const completed = compose
    .replace('  ORDERS_SERVICE_URL:', '  GIFTS_SERVICE_URL: http://gifts:3009\n  ORDERS_SERVICE_URL:')
    .replace('      ORDERS_RABBITMQ_PASSWORD', `${password}      ORDERS_RABBITMQ_PASSWORD`)
    .replace('\nvolumes:\n', `\n${containerOf(gifts, users)}\n\nvolumes:\n`);
  expect(composeProblems(completed, all, users)).toEqual([]);
});

test.each([
  ['PORT: 3002', 'PORT: 3022', 'inventory needs PORT: 3002 (it has 3022)'],
  [
    'mongo:27017/orders',
    'mongo:27017/inventory',
    'orders needs STORE_URL: mongodb://mongo:27017/orders (it has mongodb://mongo:27017/inventory)',
  ],
  [
    'ORDERS_SERVICE_URL: http://orders:3001',
    'ORDERS_SERVICE_URL: http://orders:3002',
    'payments needs ORDERS_SERVICE_URL: http://orders:3001 (it has http://orders:3002)',
  ],
  [
    'WORKSPACE: services/audit',
    'WORKSPACE: services/email',
    'audit must be built of WORKSPACE: services/audit, not services/email',
  ],
  ['amqp://email:', 'amqp://audit:', 'email needs RABBITMQ_URL: amqp://email:'],
])('%s in place of what the list of services says is named', (right, wrong, problem) => {
  expect(composeProblems(compose.replace(right, wrong), serviceEntries).join('\n')).toContain(
    `docker-compose.yml: ${problem}`,
  );
});

test('a container of a service that is not in the list is named', () => {
  const text = compose.replace('\nvolumes:\n', `\n${containerOf(gifts)}\n\nvolumes:\n`);
  expect(composeProblems(text, serviceEntries)).toEqual([
    'docker-compose.yml: gifts is no service of libs/contracts/src/services.ts: add it there, or take it out here',
  ]);
});

test('every variable of docker-compose.yml is in .env.example, and no other', () => {
  expect(envExampleProblems(example, compose)).toEqual([]);
  const more = `${compose}\n      A: \${GIFTS_RABBITMQ_PASSWORD:?set it in .env}\n      B: \${GIFT_DAYS:-30}\n`;
  expect(envExampleProblems(`${example}\nOLD=1\n`, more)).toEqual([
    '.env.example: name GIFTS_RABBITMQ_PASSWORD in the list of secrets',
    '.env.example: add the line #GIFT_DAYS=30 with a comment',
    '.env.example: take OLD out: docker-compose.yml does not use it',
  ]);
  expect(envExampleProblems(example.replace('  RABBITMQ_PASSWORD ', ' '), compose)).toEqual([
    '.env.example: name RABBITMQ_PASSWORD in the list of secrets',
  ]);
  expect(envExampleProblems(example.replace('GATEWAY_PORT=3000', 'GATEWAY_PORT=8080'), compose)).toEqual([
    '.env.example: add the line #GATEWAY_PORT=3000 with a comment',
  ]);
});
