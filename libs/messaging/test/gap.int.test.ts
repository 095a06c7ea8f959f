import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { parseKeys } from '@order-events/contracts';
import { createMetrics } from '@order-events/runtime';
import { anEvent, signed, testKeys } from '@order-events/testing';
import { createMessaging, topology } from '../src/index.ts';
import { type KeptEvent, recoverQueue } from '../src/operate/index.ts';
import { markGaps } from '../src/standing/gap.ts';
import { aLog } from './a-bus.ts';
import { aStandingTopology, type StandingTopology } from './a-standing-topology.ts';

let standing: StandingTopology;

beforeAll(async () => {
  standing = await aStandingTopology();
}, 60_000);
afterEach(() => standing.restore());
afterAll(() => standing.close());

const kept = (): KeptEvent => ({ time: '2026-11-24T10:00:00Z', ...signed(anEvent('order.created.v1')) });

async function* aPage() {
  yield [kept(), kept()];
}
async function* aPageThenNothing() {
  yield [kept()];
  throw new Error('audit is gone');
}

const recover = (pages: () => AsyncIterable<readonly KeptEvent[]>, progress: string[] = []) =>
  recoverQueue({
    url: standing.broker.amqpUrl,
    queue: 'inventory',
    kept: pages,
    onProgress: (sent) => void progress.push(`${sent} sent`),
    onWaiting: () => undefined,
    log: aLog(),
  });

/** As a service starts that has no management API. */
async function start(): Promise<void> {
  const messaging = createMessaging({
    url: standing.broker.amqpUrl,
    service: 'orders',
    keys: parseKeys(testKeys()),
    log: aLog(),
    metrics: createMetrics('orders'),
  });
  await messaging.start();
  await messaging.stop();
}

const toRecover = async () =>
  (await standing.compared())
    .filter(({ mend }) => mend === 'recover')
    .map(({ on }) => 'name' in on && on.name)
    .sort();

test.each([
  ['a start without a management API', 'orders', start],
  ['a start without a management API', 'email.dlq', start],
  ['the recovery of another queue', 'orders', () => recover(aPage)],
])('what %s declares anew is told as a gap: %s', async (_who, deleted, declares) => {
  await standing.remove(`/queues/VHOST/${deleted}`);
  await declares();
  expect(await toRecover()).toEqual([`${deleted.replace('.dlq', '')}.gap`]);
});

test('a start on a broker where nothing stood tells no gap', async () => {
  for (const { name } of topology().queues) await standing.remove(`/queues/VHOST/${name}`);
  await start();
  expect(await toRecover()).toEqual([]);
});

test('a recovery that is cut off leaves its gap, and the next one closes it', async () => {
  const progress: string[] = [];
  await expect(recover(aPageThenNothing, progress)).rejects.toThrow('audit is gone');
  expect(progress).toEqual(['1 sent']);
  expect(await toRecover()).toEqual(['inventory.gap']);
  expect(await recover(aPage)).toMatchObject({ sent: 2, complete: true });
  expect(await toRecover()).toEqual([]);
});

test('a declaration that is cut off behind its mark is told as a gap by the next one, too', async () => {
  await standing.remove('/queues/VHOST/orders');
  await markGaps(standing.model);
  expect(await toRecover()).toEqual(['orders', 'orders.gap']);
  await start();
  expect(await toRecover()).toEqual(['orders.gap']);
});
