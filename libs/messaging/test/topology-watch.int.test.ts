import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseKeys } from '@order-events/contracts';
import { createHealth, createMetrics } from '@order-events/runtime';
import { eventually, testKeys } from '@order-events/testing';
import { createMessaging, type Messaging } from '../src/index.ts';
import { MONITOR, managementAt } from '../src/operate/index.ts';
import { aLog, handlersOf } from './a-bus.ts';
import { aStandingTopology, managementUrl, type StandingTopology } from './a-standing-topology.ts';

let standing: StandingTopology;
const started: Messaging[] = [];

beforeAll(async () => {
  standing = await aStandingTopology();
}, 60_000);
afterAll(async () => {
  await Promise.all(started.map((messaging) => messaging.stop()));
  await standing.close();
});

/** Inventory, which compares every 100 ms, over a management API or without one. */
async function inventory(management?: string) {
  const [log, health, metrics] = [aLog(), createHealth(), createMetrics('inventory')];
  const messaging = createMessaging({
    url: standing.broker.amqpUrl,
    managementUrl: management,
    service: 'inventory',
    keys: parseKeys(testKeys()),
    compareMs: 100,
    ...{ log, health, metrics },
  });
  messaging.subscribe(
    'inventory',
    handlersOf('inventory', async () => undefined),
  );
  started.push(messaging);
  await messaging.start();
  const told = () =>
    log.lines.filter(({ phrase }) => phrase.startsWith('topology differs')).map(({ level, phrase }) => [level, phrase]);
  const topology = async () => (await health.report()).checks.topology;
  return { told, topology, metrics };
}

/** As a service of a deployment looks: it may touch nothing. */
async function asMonitor(): Promise<string> {
  const name = `${MONITOR}-${Date.now()}`;
  const { management, vhost } = standing.broker;
  await management.put(`/users/${name}`, { password: 'looks', tags: 'management' });
  await management.put(`/permissions/${vhost}/${name}`, { configure: '^$', write: '^$', read: '^$' });
  const url = new URL(managementUrl());
  Object.assign(url, { username: name, password: 'looks' });
  return url.href;
}

test('what changes in the broker while a service runs is told once, in log, readiness and metric, until it is mended', async () => {
  const { told, topology, metrics } = await inventory(await asMonitor());
  const { management, vhost } = standing.broker;
  const isTold = (detail: string, ok: boolean) =>
    eventually(async () => expect(await topology()).toMatchObject({ ok, detail: expect.stringContaining(detail) }));
  const isMended = () => eventually(async () => expect(await topology()).toEqual({ ok: true }));

  await standing.unbind('order_events', 'inventory', 'order.created.v1');
  await isTold('binding order_events → inventory (order.created.v1) is missing', false);
  expect(await metrics.text()).toMatch(/topology_differences\{loses="yes",service="inventory"\} 1/);
  await standing.bind('order_events', 'inventory', 'order.created.v1');
  await isMended();
  expect(told()).toEqual([
    ['error', 'topology differs'],
    ['info', 'topology differs no more'],
  ]);

  await standing.policy('short', '^inventory$', { 'max-length': 3 });
  await isTold('queue inventory: x-max-length is 3 by policy short', false);
  await management.delete(`/policies/${vhost}/short`);
  await isMended();

  await standing.unbind('order_events', 'orders', 'payment.failed.v1');
  await isTold('binding order_events → orders (payment.failed.v1) is missing', true);
  await standing.bind('order_events', 'orders', 'payment.failed.v1');
  await isMended();

  await management.put(`/vhost-limits/${vhost}/max-connections`, { value: 5 });
  await isTold('max-connections is 5, described none', true);
  await management.delete(`/vhost-limits/${vhost}/max-connections`);
  await isMended();
}, 60_000);

test('without a management API it is told what is missing altogether', async () => {
  const { topology } = await inventory();
  await standing.remove('/queues/VHOST/inventory.retry.2000');
  await eventually(async () =>
    expect(await topology()).toEqual({ ok: false, detail: 'queue inventory.retry.2000 is missing' }),
  );
});

test('a queue that was deleted is told as one to recover, also by whoever declares it anew', async () => {
  const management = managementAt(managementUrl(), standing.broker.amqpUrl);
  await standing.restore();
  await standing.remove('/queues/VHOST/orders');
  expect((await standing.compared()).filter(({ mend }) => mend === 'recover').map(({ line }) => line)).toEqual([
    'queue orders is missing',
  ]);
  const { topology } = await inventory(managementUrl());
  await eventually(async () =>
    expect(await topology()).toMatchObject({
      ok: true,
      detail: expect.stringContaining('queue orders was deleted and declared anew'),
    }),
  );
  await management.delete(`/queues/${standing.broker.vhost}/orders.gap`);
  await eventually(async () => expect(await topology()).toEqual({ ok: true }));
});
