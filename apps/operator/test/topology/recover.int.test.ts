import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { service } from '@order-events/audit';
import { type CloudEvent, inventoryReserved, orderCreated } from '@order-events/contracts';
import type { Service } from '@order-events/runtime';
import { anOrder, eventually, type Surroundings, signed, startSurroundings } from '@order-events/testing';
import { recover } from '../../src/topology/recover.ts';

let around: Surroundings;
let audit: Service;
const said: CloudEvent[] = [];

interface Got {
  readonly payload: string;
  readonly routing_key: string;
  readonly properties: { readonly headers: Record<string, string> };
}

beforeAll(async () => {
  around = await startSurroundings('audit');
  audit = service.create(around.env);
  await audit.start();
  await around.broker.management.delete(`/queues/${around.broker.vhost}/orders`);
  // More than a page of the log, with others' events in between.
  for (let index = 0; index < 120; index++) {
    const order = anOrder();
    const time = new Date(Date.parse('2026-11-20T10:00:00Z') + index * 1_000).toISOString();
    said.push(
      await around.publish(inventoryReserved({ orderId: order.id, items: [{ productId: 'pen', quantity: 1 }] }), {
        subject: order.id,
        time,
      }),
    );
    if (index % 3 === 0) await around.publish(orderCreated({ order }), { subject: order.id, time });
  }
}, 60_000);

afterAll(async () => {
  await audit.stop();
  await around.stop();
});

async function run(since?: string) {
  const lines: string[] = [];
  const where = {
    amqp: around.broker.amqpUrl,
    management: '',
    audit: audit.url,
    ACCESS_TOKEN_SECRET: around.env.ACCESS_TOKEN_SECRET,
    ISSUER: around.env.ISSUER,
  };
  const say = (line: string) => void lines.push(line);
  return { code: await recover(where, ['orders'], since, { say, progress: say }), lines };
}

const take = (queue: string) =>
  around.broker.management.post<Got[]>(`/queues/${around.broker.vhost}/${queue}/get`, {
    count: 1_000,
    ackmode: 'ack_requeue_false',
    encoding: 'auto',
  });

test('a deleted queue comes back with what it hears: the same bytes and signatures, in order, to it alone', async () => {
  const others = await take('payments');
  const { code, lines } = await run();
  expect(code).toBe(0);
  const got = await eventually(async () => {
    const all = await take('orders');
    expect(all).toHaveLength(120);
    return all;
  });
  expect(got.map(({ payload }) => payload)).toEqual(said.map((event) => signed(event).body));
  expect(got.map(({ properties }) => properties.headers.signature)).toEqual(
    said.map((event) => signed(event).signature),
  );
  expect(new Set(got.map(({ properties }) => properties.headers['original-routing-key']))).toEqual(
    new Set(['inventory.reserved.v1']),
  );
  expect(others.length).toBeGreaterThan(0);
  expect(await take('payments')).toEqual([]);
  const gap = await around.broker.management.get<{ name: string }[]>(`/queues/${around.broker.vhost}`);
  expect(gap.map(({ name }) => name)).not.toContain('orders.gap');
  expect(lines.at(-1)).toMatch(/^orders: 120 events sent; everything after .* has reached it by itself$/);
}, 60_000);

test('with a time it begins there, so a run that was cut off goes on', async () => {
  await run('2026-11-20T10:01:58.000Z');
  await eventually(async () =>
    expect((await take('orders')).map(({ payload }) => JSON.parse(payload).id)).toEqual(
      said.slice(118).map(({ id }) => id),
    ),
  );
}, 60_000);

test('what can’t be recovered, or isn’t a time, is said at once', async () => {
  const output = { say: () => undefined, progress: () => undefined };
  const where = { amqp: around.broker.amqpUrl, management: '', audit: audit.url };
  await expect(recover(where, ['audit'], undefined, output)).rejects.toThrow('recover takes one of orders, inventory');
  await expect(recover(where, ['orders'], 'yesterday', output)).rejects.toThrow('--since is a time such as');
  await expect(recover(where, ['orders'], undefined, output)).rejects.toThrow('set ACCESS_TOKEN_SECRET and ISSUER');
});

test('only the tools may read the log', async () => {
  const answer = await fetch(`${audit.url}/internal/events`);
  expect(answer.status).toBe(401);
});
