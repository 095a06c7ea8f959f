import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { getStatusLabel, orderCancelled, orderCreated, orderStatusChanged, type Status } from '@order-events/contracts';
import type { Service } from '@order-events/runtime';
import { anOrder, asking, eventually, personToken, type Surroundings, startSurroundings } from '@order-events/testing';
import { service } from '../src/index.ts';

let around: Surroundings;
let inventory: Service;
const admin: ReturnType<typeof asking> = (...request) =>
  asking(inventory.url, personToken('root', 'admin'))(...request);

beforeAll(async () => {
  around = await startSurroundings('inventory');
  inventory = service.create(around.env);
  await inventory.start();
});
afterAll(async () => {
  await inventory.stop();
  await around.stop();
});

async function aProduct(stock: number, lowStockAt = 0): Promise<string> {
  const id = `p-${randomUUID()}`;
  const made = await admin('PUT', `/api/v1/products/${id}`, {
    name: 'Lamp',
    price: 1999,
    currency: 'EUR',
    lowStockAt,
    restock: stock,
  });
  expect(made.status).toBe(201);
  return id;
}

function anOrderOf(...lines: [productId: string, quantity: number][]) {
  const items = lines.map(([productId, quantity]) => ({
    productId,
    quantity,
    name: 'Lamp',
    unitPrice: 1,
    lineTotal: quantity,
  }));
  return anOrder({ items });
}
type Ordered = ReturnType<typeof anOrderOf>;

const create = (order: Ordered) => around.publish(orderCreated({ order }), { subject: order.id, userid: order.userId });
const refund = { amount: 0, currency: 'EUR', method: 'card' };
const cancel = (order: Ordered) =>
  around.publish(orderCancelled({ order, refund }), { subject: order.id, version: 3, userid: order.userId });

const moveTo = (order: Ordered, newStatus: Status) => {
  const [oldStatusLabel, newStatusLabel] = [getStatusLabel(2), getStatusLabel(newStatus)];
  const data = {
    order: { ...order, status: newStatus },
    oldStatus: 2 as Status,
    newStatus,
    oldStatusLabel,
    newStatusLabel,
  };
  return around.publish(orderStatusChanged(data), { subject: order.id, version: 4, userid: order.userId });
};

const stockOf = async (id: string) => (await admin('GET', `/api/v1/products/${id}`)).body;
const eventsOf = (orderId: string) =>
  around.published
    .filter(({ source, subject }) => source === '/services/inventory' && subject === orderId)
    .map(({ type }) => type);
const publishes = (orderId: string, ...types: string[]) => eventually(() => expect(eventsOf(orderId)).toEqual(types));

test('all lines of an order are held once, however often its event is consumed', async () => {
  const [lamp, pen] = [await aProduct(10), await aProduct(10)];
  const order = anOrderOf([lamp, 2], [pen, 3]);
  const event = await create(order);
  await publishes(order.id, 'inventory.reserved.v1');
  await around.publishEvent(event);
  await cancel(order);
  await publishes(order.id, 'inventory.reserved.v1', 'inventory.released.v1');
  expect(await stockOf(lamp)).toMatchObject({ available: 10, reserved: 0 });
  expect(await stockOf(pen)).toMatchObject({ available: 10, reserved: 0 });
  expect(
    around.published.find(({ subject, type }) => subject === order.id && type === 'inventory.reserved.v1'),
  ).toMatchObject({
    userid: order.userId,
    causationid: event.id,
    sequence: '1',
  });
});

test('a line that is out of stock leaves nothing held', async () => {
  const [plenty, scarce] = [await aProduct(10), await aProduct(1)];
  const order = anOrderOf([plenty, 2], [scarce, 3]);
  await create(order);
  await publishes(order.id, 'inventory.rejected.v1');
  expect(
    around.published.find(({ subject, type }) => subject === order.id && type === 'inventory.rejected.v1')?.data,
  ).toEqual({
    orderId: order.id,
    code: 'out-of-stock',
    shortages: [{ productId: scarce, requested: 3, available: 1 }],
  });
  expect(await stockOf(plenty)).toMatchObject({ available: 10, reserved: 0 });
  expect(await stockOf(scarce)).toMatchObject({ available: 1, reserved: 0 });
});

test('a cancel that overtakes its order leaves nothing held, whichever comes first', async () => {
  const lamp = await aProduct(10);
  const order = anOrderOf([lamp, 4]);
  await cancel(order);
  await create(order);
  const after = anOrderOf([lamp, 1]);
  await create(after);
  await publishes(after.id, 'inventory.reserved.v1');
  expect(eventsOf(order.id)).toEqual([]);
  await eventually(async () => expect(await stockOf(lamp)).toMatchObject({ available: 9, reserved: 1 }));
});

test('many orders for the last units: exactly as many get them as there are', async () => {
  const lamp = await aProduct(5);
  const orders = Array.from({ length: 20 }, () => anOrderOf([lamp, 1]));
  await Promise.all(orders.map(create));
  await eventually(() => expect(orders.flatMap(({ id }) => eventsOf(id))).toHaveLength(20));
  expect(orders.flatMap(({ id }) => eventsOf(id)).filter((type) => type === 'inventory.reserved.v1')).toHaveLength(5);
  expect(await stockOf(lamp)).toMatchObject({ available: 0, reserved: 5, availability: 'out-of-stock' });
});

test('an order that is moved to Shipped is sold, once, and a late cancel changes nothing', async () => {
  const [lamp, pen] = [await aProduct(10), await aProduct(10)];
  const order = anOrderOf([lamp, 2], [pen, 3]);
  await create(order);
  await publishes(order.id, 'inventory.reserved.v1');
  await moveTo(order, 1);
  const event = await moveTo(order, 3);
  const sold = async () => {
    expect(await stockOf(lamp)).toMatchObject({ available: 8, reserved: 0, sold: 2, popularity: 2 });
    expect(await stockOf(pen)).toMatchObject({ available: 7, reserved: 0, sold: 3, popularity: 3 });
  };
  await eventually(sold);
  await around.publishEvent(event);
  await cancel(order);
  const next = anOrderOf([lamp, 1]);
  await create(next);
  await publishes(next.id, 'inventory.reserved.v1');
  expect(await stockOf(pen)).toMatchObject({ available: 7, reserved: 0, sold: 3 });
  expect(await stockOf(lamp)).toMatchObject({ available: 7, reserved: 1, sold: 2, lost: 0, shortage: 0 });
  expect(eventsOf(order.id)).toEqual(['inventory.reserved.v1']);
});

test('a restock under a key is done once; without a key or a version it is refused', async () => {
  const lamp = await aProduct(10);
  const put = (body: unknown, headers = {}) => admin('PUT', `/api/v1/products/${lamp}`, body, headers);
  expect(await put({ restock: 5 })).toMatchObject({ status: 400, body: { code: 'idempotency-key-missing' } });
  // Of several versions, the repeat would find the next one.
  for (const header of ['*', '"1", "2"', '"1","2","3"']) {
    expect((await put({ restock: 5 }, { 'if-match': header })).body.code).toBe('idempotency-key-missing');
  }
  const key = { 'idempotency-key': randomUUID() };
  const first = await put({ restock: 5 }, key);
  expect(first).toMatchObject({ status: 200, body: { available: 15, version: 2 } });
  const again = await put({ restock: 5 }, key);
  expect(again).toMatchObject({ status: 200, body: first.body });
  expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true']);
  expect((await put({ restock: 6 }, key)).body.code).toBe('idempotency-key-reused');
  expect((await put({ restock: 5 }, { 'if-match': '"2"' })).body).toMatchObject({ available: 20, version: 3 });
  expect((await put({ restock: 5 }, { 'if-match': '"2"' })).body.code).toBe('version-differs');
  expect((await put({ restock: -20, price: 5 }, { 'if-match': '"3"' })).body).toMatchObject({ available: 0, price: 5 });
  expect((await put({ restock: 1 }, { 'idempotency-key': '' })).body.code).toBe('idempotency-key-missing');
  expect((await put({ restock: 0, price: 6 })).body).toMatchObject({ available: 0, price: 6 });
  await eventually(() => expect(eventsOf(lamp).filter((type) => type === 'inventory.adjusted.v1')).toHaveLength(3));
});

test('a product that is made twice by a repeated request is restocked once', async () => {
  const lamp = `p-${randomUUID()}`;
  const made = { name: 'Lamp', price: 1_999, currency: 'EUR', restock: 7 };
  expect((await admin('PUT', `/api/v1/products/${lamp}`, made)).status).toBe(201);
  expect((await admin('PUT', `/api/v1/products/${lamp}`, made)).body.code).toBe('idempotency-key-missing');
  expect(await stockOf(lamp)).toMatchObject({ available: 7, version: 1 });
});

test('the currency of a product is fixed while orders of it are open', async () => {
  const lamp = await aProduct(10);
  const order = anOrderOf([lamp, 1]);
  await create(order);
  await publishes(order.id, 'inventory.reserved.v1');
  const change = () => admin('PUT', `/api/v1/products/${lamp}`, { currency: 'USD', price: 2_100 });
  expect(await change()).toMatchObject({ status: 409, body: { code: 'currency-fixed' } });
  expect(await stockOf(lamp)).toMatchObject({ currency: 'EUR', price: 1_999 });
  await cancel(order);
  await publishes(order.id, 'inventory.reserved.v1', 'inventory.released.v1');
  expect((await change()).body).toMatchObject({ currency: 'USD', price: 2_100 });
});

test('low stock is published once, with the product as subject', async () => {
  const lamp = await aProduct(5, 3);
  for (const quantity of [2, 1]) {
    const order = anOrderOf([lamp, quantity]);
    await create(order);
    await publishes(order.id, 'inventory.reserved.v1');
  }
  await eventually(() => expect(eventsOf(lamp).filter((type) => type === 'inventory.low_stock.v1')).toHaveLength(1));
});

test('stock held by hand is reserved, repeated and released, and is never an order’s', async () => {
  const lamp = await aProduct(10);
  const kept = { quantity: 4, orderId: 'fair-2026' };
  for (const _time of [1, 2]) {
    const { status, body } = await admin('POST', `/api/v1/products/${lamp}/reserve`, kept);
    expect({ status, ...body }).toMatchObject({ status: 200, available: 6, reserved: 4 });
  }
  expect((await admin('POST', `/api/v1/products/${lamp}/reserve`, { ...kept, quantity: 5 })).body.code).toBe(
    'reservation-differs',
  );
  expect((await admin('POST', `/api/v1/products/${lamp}/reserve`, { quantity: 7, orderId: 'other' })).body.code).toBe(
    'out-of-stock',
  );
  expect((await admin('POST', `/api/v1/products/${lamp}/release`, kept)).body).toMatchObject({
    available: 10,
    reserved: 0,
  });
  expect((await admin('POST', `/api/v1/products/${lamp}/release`, kept)).status).toBe(404);
  const again = await admin('POST', `/api/v1/products/${lamp}/reserve`, { ...kept, quantity: 6 });
  expect(again.body).toMatchObject({ available: 4, reserved: 6 });
  expect((await admin('POST', `/api/v1/products/${lamp}/release`, { ...kept, quantity: 6 })).status).toBe(200);
  expect((await admin('POST', '/api/v1/products/ghost/reserve', kept)).body.code).toBe('product-unknown');
  expect(around.published.some(({ subject }) => subject?.includes('fair-2026'))).toBe(false);

  const order = anOrderOf([lamp, 2]);
  await create(order);
  await publishes(order.id, 'inventory.reserved.v1');
  const refused = await admin('POST', `/api/v1/products/${lamp}/release`, { quantity: 2, orderId: order.id });
  expect(refused).toMatchObject({ status: 409, body: { code: 'reserved-by-order' } });
});

test('bad requests are refused with the fault named, and change nothing', async () => {
  const lamp = await aProduct(10);
  const put = (body: unknown, headers = {}) => admin('PUT', `/api/v1/products/${lamp}`, body, headers);
  expect(await put({ restock: 1.5 })).toMatchObject({
    status: 400,
    body: { code: 'body-invalid', errors: [{ pointer: '/restock' }] },
  });
  expect(await put({ colour: 'red' })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/colour' }] } });
  expect(await put({ restock: -11 })).toMatchObject({ status: 409, body: { code: 'stock-below-zero' } });
  expect((await put({ restock: 1 }, { 'if-match': '"77"' })).status).toBe(412);
  expect((await admin('PUT', `/api/v1/products/${encodeURIComponent('a/b')}`, { restock: 1 })).status).toBe(400);
  expect((await admin('PUT', `/api/v1/products/new-${lamp}`, { restock: 1 })).body.code).toBe('product-incomplete');
  expect((await admin('GET', '/api/v1/products/ghost')).body.code).toBe('product-unknown');
  expect((await admin('GET', '/api/v1/products?limit=101')).body.code).toBe('limit-invalid');
  const ada = asking(inventory.url);
  expect((await ada('PUT', `/api/v1/products/${lamp}`, { restock: 1 })).status).toBe(403);
  expect((await asking(inventory.url, '')('GET', '/api/v1/products')).status).toBe(401);
  expect(await stockOf(lamp)).toMatchObject({ available: 10, version: 1 });
});

test('the list is read page by page', async () => {
  await aProduct(1);
  await aProduct(1);
  const first = await admin('GET', '/api/v1/products?limit=1');
  expect(first.headers.get('link')).toContain('rel="next"');
  const second = await admin('GET', `/api/v1/products?limit=1&cursor=${first.body.nextCursor}`);
  expect(second.body.items).not.toEqual(first.body.items);
});
