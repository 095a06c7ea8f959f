import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { consumerOf, inventoryReserved, paymentAuthorized } from '@order-events/contracts';
import { eventually } from '@order-events/testing';
import { anOrderRequest } from './builders.ts';
import { aProduct } from './neighbours.ts';
import { type Call, type OrdersUnderTest, startOrders } from './orders-under-test.ts';

const limit = 3;
let system: OrdersUnderTest;
let ada: Call;
let root: Call;

beforeAll(async () => {
  system = await startOrders({ OUTBOX_LIMIT: String(limit) });
  system.neighbours.products.set('lamp', aProduct('lamp'));
  ada = system.as('ada');
  root = system.as('root', 'admin');
});
afterAll(() => system.close());

const place = (key: string) => ada('POST', '/api/v1/orders', anOrderRequest(), { 'idempotency-key': key });
const full = { status: 503, body: { code: 'outbox-full' } };

/** Without the exchange the broker confirms nothing. */
const takeExchange = () => system.broker.management.delete(`/exchanges/${system.broker.vhost}/order_events`);
async function giveExchangeBack(): Promise<void> {
  const { management, vhost } = system.broker;
  const args = { 'alternate-exchange': 'order_events.unrouted' };
  await management.put(`/exchanges/${vhost}/order_events`, { type: 'topic', durable: true, arguments: args });
  for (const queue of ['audit', 'orders'] as const) {
    for (const key of [consumerOf(queue).consumes].flat())
      await management.post(`/bindings/${vhost}/e/order_events/q/${queue}`, { routing_key: key });
  }
}
const published = (id: string, type: string) =>
  new Set(system.published.filter((event) => event.subject === id && event.type === type).map((event) => event.id))
    .size;

test('memory growth: a broker that takes nothing stops no order until the outbox is full: then 503 with Retry-After, and nothing is stored or lost', async () => {
  await takeExchange();
  const keys = Array.from({ length: limit + 1 }, () => randomUUID());
  const [first = '', , , last = ''] = keys;
  const placed = [];
  for (const key of keys.slice(0, limit)) placed.push(await place(key));
  expect(placed.map(({ status }) => status)).toEqual([201, 201, 201]);

  const refused = await place(last);
  expect(refused).toMatchObject(full);
  expect(refused.headers.get('retry-after')).toBe('30');
  expect((await ada('GET', '/api/v1/orders')).body.items).toHaveLength(limit);
  expect(await place(first)).toMatchObject({ status: 201, body: { id: placed[0]?.body.id } });

  await giveExchangeBack();
  const late = await eventually(async () => {
    const answer = await place(last);
    expect(answer.status).toBe(201);
    return answer;
  });
  for (const { body } of [...placed, late])
    await eventually(() => expect(published(body.id, 'order.created.v1')).toBe(1));
}, 40_000);

test('one order can’t be changed without end while the broker takes none of its events', async () => {
  const { body: order } = await place(randomUUID());
  await system.publish(
    inventoryReserved({ orderId: order.id, items: [{ productId: 'lamp', quantity: 2 }] }),
    order.id,
    1,
  );
  const money = { amount: 2_500, currency: 'EUR', method: 'card' };
  await system.publish(paymentAuthorized({ orderId: order.id, ...money }), order.id, 1);
  await eventually(() => expect(published(order.id, 'order.status_changed.v1')).toBe(1));
  await takeExchange();
  const move = (line1: string) =>
    ada('PATCH', `/api/v1/orders/${order.id}`, { shippingAddress: { ...anOrderRequest().shippingAddress, line1 } });
  for (let at = 1; at <= 100; at++) expect((await move(`${at} High Street`)).status).toBe(200);
  expect(await move('101 High Street')).toMatchObject(full);
  expect(await ada('POST', `/api/v1/orders/${order.id}/cancel`, { reason: 'too late' })).toMatchObject(full);
  expect(await root('PUT', `/api/v1/orders/${order.id}/status`, { status: 2 })).toMatchObject(full);
  expect((await move('100 High Street')).status).toBe(200);
  expect((await ada('GET', `/api/v1/orders/${order.id}`)).body.shippingAddress.line1).toBe('100 High Street');

  await giveExchangeBack();
  await eventually(() => expect(published(order.id, 'order.updated.v1')).toBe(100), { timeoutMs: 20_000 });
  expect((await move('101 High Street')).status).toBe(200);
}, 60_000);
