import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { parseKeys } from '@order-events/contracts';
import { createMetrics } from '@order-events/runtime';
import { testKeys } from '@order-events/testing';
import { createMessaging, type Messaging } from '../src/index.ts';
import { aLog } from './a-bus.ts';
import { aStandingTopology, managementUrl, type StandingTopology } from './a-standing-topology.ts';

let standing: StandingTopology;
const started: Messaging[] = [];

beforeAll(async () => {
  standing = await aStandingTopology();
}, 60_000);
afterEach(async () => {
  await Promise.all(started.splice(0).map((messaging) => messaging.stop()));
  await standing.restore();
}, 60_000);
afterAll(() => standing.close());

function aService(management = managementUrl()) {
  const log = aLog();
  const messaging = createMessaging({
    url: standing.broker.amqpUrl,
    managementUrl: management,
    service: 'gateway',
    keys: parseKeys(testKeys()),
    log,
    metrics: createMetrics('gateway'),
  });
  started.push(messaging);
  const warnings = () => log.lines.filter(({ level }) => level === 'warn');
  return { start: messaging.start, warnings };
}

test('a start names everything that could lose a message, and nothing starts', async () => {
  await standing.instead('exchanges', 'order_events', { type: 'topic' });
  await standing.policy('short', '^orders$', { 'max-length': 3 });
  await expect(aService().start()).rejects.toMatchObject({
    name: 'TopologyMismatchError',
    message:
      'the broker differs from the description: ' +
      'exchange order_events: alternate-exchange is none, described order_events.unrouted; ' +
      'queue orders: x-max-length is 3 by policy short, described none (npm run topology -- plan)',
  });
});

test('a start declares what is missing', async () => {
  await standing.remove('/queues/VHOST/audit');
  await standing.unbind('order_events', 'orders', 'payment.failed.v1');
  await aService().start();
  expect(await standing.lines()).toEqual([]);
});

test('what loses nothing is logged, and the service starts', async () => {
  await standing.bind('order_events', 'orders', 'order.created.v1');
  const service = aService();
  await service.start();
  expect(service.warnings()).toEqual([
    {
      level: 'warn',
      phrase: 'topology differs',
      fields: { difference: 'binding order_events → orders (order.created.v1) is not described' },
    },
  ]);
});

test('a management API that doesn’t answer stops nobody, and its password is not logged', async () => {
  const service = aService('http://someone:s3cret@127.0.0.1:1');
  await service.start();
  expect(service.warnings()).toMatchObject([{ phrase: 'topology not compared' }]);
  expect(JSON.stringify(service.warnings())).not.toContain('s3cret');
});
