import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCreated } from '@order-events/contracts';
import { anOrder, eventually, type Surroundings, startSurroundings, testKeys } from '@order-events/testing';

let around: Surroundings;
let folder: string;

beforeAll(async () => {
  around = await startSurroundings('inventory');
  folder = await mkdtemp(join(tmpdir(), 'crash-loop-'));
});
afterAll(async () => {
  await around.stop();
  await rm(folder, { recursive: true });
});

const say = async () => {
  const order = anOrder();
  await around.publish(orderCreated({ order }), { subject: order.id });
  return order.id;
};

/** One life of the service: until it dies of the message, or everything else is handled. */
function live(killer: string, until: () => Promise<boolean>): Promise<'killed' | 'alive'> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/killed-service.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      AMQP_URL: around.broker.amqpUrl,
      STORE: `sqlite:${join(folder, 'inventory.db')}`,
      HANDLED: join(folder, 'handled'),
      KEYS: testKeys(),
      KILLER: killer,
    },
  });
  return new Promise((resolve) => {
    const watch = setInterval(async () => {
      if (await until()) child.kill('SIGTERM');
    }, 250);
    child.once('exit', (_code, signal) => {
      clearInterval(watch);
      resolve(signal === 'SIGKILL' ? 'killed' : 'alive');
    });
  });
}

async function deadLetters(): Promise<{ payload: string; properties: { headers: { failure: string } } }[]> {
  const look = { count: 10, ackmode: 'ack_requeue_true', encoding: 'auto' };
  return around.broker.management.post(`/queues/${around.broker.vhost}/inventory.dlq/get`, look);
}

test('a message that kills its process is dead-lettered with the reason, and takes no neighbour along', async () => {
  const healthy = [await say(), await say()];
  const killer = await say();
  healthy.push(await say(), await say());

  let kills = 0;
  const isDead = async () => (await deadLetters()).length > 0;
  while ((await live(killer, isDead)) === 'killed') kills += 1;

  const letters = await deadLetters();
  expect(letters.map(({ payload }) => JSON.parse(payload).subject)).toEqual([killer]);
  expect(JSON.parse(letters[0]?.properties.headers.failure ?? '')).toMatchObject({
    error: { code: 'handler-killed' },
    service: 'inventory',
  });
  expect(kills).toBeLessThanOrEqual(8);
  await eventually(async () => {
    const handled = new Set((await readFile(join(folder, 'handled'), 'utf8')).trim().split('\n'));
    expect(handled).toEqual(new Set(healthy));
  });
}, 120_000);
