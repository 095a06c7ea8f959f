import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { inventoryReserved, orderCreated } from '@order-events/contracts';
import type { Service } from '@order-events/runtime';
import { createAuth } from '@order-events/runtime';
import {
  anOrder,
  asking,
  eventually,
  personToken,
  type Surroundings,
  startSurroundings,
  TEST_ISSUER,
  TEST_SECRET,
} from '@order-events/testing';
import { service } from '../src/index.ts';

let around: Surroundings;
let audit: Service;

beforeAll(async () => {
  around = await startSurroundings('audit');
  audit = service.create(around.env);
  await audit.start();
});
afterAll(async () => {
  await audit.stop();
  await around.stop();
});

const tokenOf = (service: string) =>
  createAuth({ secret: TEST_SECRET, issuer: TEST_ISSUER, service }).signServiceToken('audit');
const history = async (id: string) =>
  (await asking(audit.url, tokenOf('orders'))('GET', `/internal/orders/${id}/events`)).body;
const keeps = (id: string, count: number) =>
  eventually(async () => {
    const kept = await history(id);
    expect(kept.count).toBe(count);
    return kept.events as Record<string, unknown>[];
  });

test('an order’s events are stored once and returned newest first', async () => {
  const order = anOrder();
  const meta = { ipAddress: order.shippingAddress };
  const created = await around.publish(orderCreated({ order, meta }), {
    subject: order.id,
    userid: 'ada',
    time: '2026-11-24T10:00:00.000Z',
    triggeredby: 'user',
  });
  await around.publishEvent(created);
  const reserved = inventoryReserved({ orderId: order.id, items: [{ productId: 'lamp', quantity: 1 }] });
  await around.publish(reserved, { subject: order.id, time: '2026-11-24T10:00:01.000Z' });
  const events = await keeps(order.id, 2);
  expect(events.map(({ eventType }) => eventType)).toEqual(['inventory:reserved', 'order:created']);
  expect(events[1]).toEqual({
    eventId: created.id,
    eventType: 'order:created',
    eventVersion: '1.0.0',
    orderId: order.id,
    userId: 'ada',
    payload: { order },
    metadata: { timestamp: '2026-11-24T10:00:00.000Z', ipAddress: meta.ipAddress, triggeredBy: 'user' },
  });
});

test('a history comes in pages that stay small, however large its events, and counts all of them', async () => {
  const order = anOrder();
  const name = 'x'.repeat(200);
  const items = Array.from({ length: 100 }, (_, n) => ({
    ...order.items[0],
    productId: `${n}-${'p'.repeat(100)}`,
    name,
  }));
  const large = { ...order, items } as typeof order;
  const times = Array.from({ length: 30 }, (_, n) => `2026-11-24T10:00:${String(n).padStart(2, '0')}.000Z`);
  for (const [n, time] of times.entries())
    await around.publish(orderCreated({ order: large }), { subject: order.id, time, version: n + 1 });
  await eventually(async () => expect((await history(order.id)).count).toBe(30));

  const ask = asking(audit.url, tokenOf('orders'));
  const seen: string[] = [];
  let pages = 0;
  for (let cursor: unknown = ''; cursor !== null; pages++) {
    const query = `limit=100${cursor && `&cursor=${cursor}`}`;
    const { body } = await ask('GET', `/internal/orders/${order.id}/events?${query}`);
    expect(JSON.stringify(body).length).toBeLessThan(2 ** 20);
    expect(body.count).toBe(30);
    seen.push(...(body.events as { metadata: { timestamp: string } }[]).map(({ metadata }) => metadata.timestamp));
    cursor = body.nextCursor;
  }
  expect(seen).toEqual(times.toReversed());
  expect(pages).toBeGreaterThan(1);
});

test('other bytes under a stored id are refused and dead-lettered as evidence', async () => {
  const order = anOrder();
  const event = await around.publish(orderCreated({ order }), { subject: order.id });
  await keeps(order.id, 1);
  await around.publishEvent({ ...event, triggeredby: 'admin' });
  await eventually(async () => {
    const letters = await around.broker.management.post<
      { payload: string; properties: { headers: { failure: string } } }[]
    >(`/queues/${around.broker.vhost}/audit.dlq/get`, { count: 10, ackmode: 'ack_requeue_true', encoding: 'auto' });
    const evidence = letters.find(({ payload }) => JSON.parse(payload).id === event.id);
    expect(evidence?.properties.headers.failure).toContain('event-differs');
  });
  expect((await history(order.id)).events).toMatchObject([{ metadata: { triggeredBy: 'system' } }]);
});

test('only the orders service may read histories', async () => {
  const path = `/internal/orders/${anOrder().id}/events`;
  expect((await asking(audit.url, tokenOf('payments'))('GET', path)).status).toBe(403);
  expect((await asking(audit.url, personToken('root', 'admin'))('GET', path)).status).toBe(403);
  expect((await asking(audit.url, '')('GET', path)).status).toBe(401);
});
