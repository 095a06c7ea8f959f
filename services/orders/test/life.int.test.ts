import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  inventoryRejected,
  inventoryReserved,
  orderCancelled,
  orderCompleted,
  orderStatusChanged,
  orderUpdated,
  paymentAuthorized,
  paymentCaptured,
  paymentDeclined,
  paymentFailed,
  paymentRefunded,
} from '@order-events/contracts';
import { eventually } from '@order-events/testing';
import { anOrderRequest } from './builders.ts';
import { aProduct } from './neighbours.ts';
import { type Call, type OrdersUnderTest, startOrders } from './orders-under-test.ts';

let system: OrdersUnderTest;
let ada: Call;
let admin: Call;

beforeAll(async () => {
  system = await startOrders();
  system.neighbours.products.set('lamp', aProduct('lamp'));
  ada = system.as('ada');
  admin = system.as('root', 'admin');
});
afterAll(() => system.close());

const pay = { amount: 2_500, currency: 'EUR', method: 'card' };
const reserved = (orderId: string) => inventoryReserved({ orderId, items: [{ productId: 'lamp', quantity: 2 }] });
const authorized = (orderId: string) => paymentAuthorized({ orderId, ...pay });
const captured = (orderId: string) => paymentCaptured({ orderId, ...pay });

async function placed(): Promise<string> {
  const { body } = await ada('POST', '/api/v1/orders', anOrderRequest(), { 'idempotency-key': randomUUID() });
  return body.id;
}

/** An order whose payment was captured. */
async function paid(): Promise<string> {
  const id = await placed();
  await system.publish(reserved(id), id, 1);
  await system.publish(authorized(id), id, 1);
  await becomes(id, 1);
  const event = await system.publish(captured(id), id, 2);
  await isHandled(event.id);
  return id;
}

async function get(id: string) {
  return (await ada('GET', `/api/v1/orders/${id}`)).body;
}

async function becomes(id: string, status: number) {
  return eventually(async () => {
    const order = await get(id);
    expect(order.status).toBe(status);
    return order;
  });
}

async function isHandled(eventId: string): Promise<void> {
  const handled = (line: string) => line.includes('message handled') && line.includes(eventId);
  await eventually(() => expect(system.logged.some(handled)).toBe(true));
}

/** The events published about an order, by sequence, once there are `version` of them. */
async function eventsOf(id: string, version: number) {
  return eventually(() => {
    const events = system.published.filter(({ source, subject }) => source === '/services/orders' && subject === id);
    expect(events).toHaveLength(version);
    return events.sort((a, b) => Number(a.sequence) - Number(b.sequence));
  });
}

describe('the saga', () => {
  test('reserved and authorised: the order is confirmed, and the change is published', async () => {
    const id = await placed();
    await system.publish(reserved(id), id, 1);
    const answer = await system.publish(authorized(id), id, 1);
    expect(await becomes(id, 1)).toMatchObject({ statusLabel: 'Confirmed', version: 2 });
    const [, changed] = await eventsOf(id, 2);
    expect(changed).toMatchObject({
      type: orderStatusChanged.type,
      sequence: '2',
      causationid: answer.id,
      correlationid: answer.correlationid,
      triggeredby: 'system',
      userid: 'ada',
      data: { oldStatus: 0, newStatus: 1, oldStatusLabel: 'Pending', newStatusLabel: 'Confirmed' },
    });
  });

  test('every event twice, and in the wrong order, changes nothing more', async () => {
    const id = await placed();
    const answers = [await system.publish(captured(id), id, 2), await system.publish(authorized(id), id, 1)];
    answers.push(await system.publish(reserved(id), id, 1));
    for (const answer of answers) await system.publishAgain(answer);
    const last = await system.publish(reserved(id), id, 1);
    await isHandled(last.id);
    expect(await get(id)).toMatchObject({ status: 1, version: 2 });
    expect((await eventsOf(id, 2)).map(({ type }) => type)).toEqual(['order.created.v1', 'order.status_changed.v1']);
  });

  const money = { ...pay, code: 'card-declined' };
  test.each([
    ['out-of-stock', 0, (orderId: string) => inventoryRejected({ orderId, code: 'out-of-stock', shortages: [] })],
    ['payment-declined', 0, (orderId: string) => paymentDeclined({ orderId, ...money })],
    ['payment-failed', 2_500, (orderId: string) => paymentFailed({ orderId, ...money, step: 'capture' })],
  ])('%s cancels the order and refunds %i', async (code, amount, answer) => {
    const id = await placed();
    if (amount > 0) await system.publish(authorized(id), id, 1);
    if (amount > 0) await becomes(id, 1);
    await system.publish(answer(id), id, 2);
    const order = await becomes(id, 5);
    expect(order.cancellation).toEqual({ code, by: 'system', reason: expect.stringMatching(/^[A-Z].*\.$/) });
    const cancelled = (await eventsOf(id, order.version)).at(-1);
    expect(cancelled).toMatchObject({
      type: orderCancelled.type,
      data: {
        order: { cancellation: { code, reason: expect.stringMatching(/^sealed:/) } },
        refund: { amount, currency: 'EUR', method: 'card' },
      },
    });
  });

  test('a refund before the order is shipped cancels it, also when that event comes first', async () => {
    const id = await placed();
    await system.publish(paymentRefunded({ orderId: id, ...pay }), id, 3);
    const order = await becomes(id, 5);
    expect(order.cancellation).toEqual({ code: 'refunded', by: 'system', reason: 'The payment was given back.' });
    expect((await eventsOf(id, order.version)).at(-1)?.data).toMatchObject({ refund: pay });
    await isHandled((await system.publish(captured(id), id, 2)).id);
    expect(await get(id)).toMatchObject({ status: 5, version: order.version });
  });

  test('a refund after the order was shipped changes no status', async () => {
    const id = await placed();
    await system.publish(captured(id), id, 2);
    await becomes(id, 1);
    const root = system.as('root', 'admin');
    await root('PUT', `/api/v1/orders/${id}/status`, { status: 2 });
    const shipped = { status: 3, trackingNumber: '4002000000023770', shippingCarrier: 'DHL' };
    expect((await root('PUT', `/api/v1/orders/${id}/status`, shipped)).body).toMatchObject(shipped);
    await isHandled((await system.publish(paymentRefunded({ orderId: id, ...pay }), id, 3)).id);
    expect(await get(id)).toMatchObject(shipped);
  });

  test('a late event leaves a cancelled order cancelled', async () => {
    const id = await placed();
    await ada('POST', `/api/v1/orders/${id}/cancel`, { reason: 'changed my mind' });
    const late = await system.publish(authorized(id), id, 1);
    await isHandled(late.id);
    expect(await get(id)).toMatchObject({ status: 5, version: 3 });
  });

  test('events published while orders was down are consumed when it is back', async () => {
    const id = await placed();
    await system.orders.stop();
    await system.publish(reserved(id), id, 1);
    await system.publish(authorized(id), id, 1);
    await system.restart();
    await becomes(id, 1);
  });
});

describe('a change of address', () => {
  const elsewhere = { ...anOrderRequest().shippingAddress, line1: '2 Side Street' };

  test('returns the new order, and publishes the address sealed', async () => {
    const id = await placed();
    const { status, headers, body } = await ada('PATCH', `/api/v1/orders/${id}`, { shippingAddress: elsewhere });
    expect([status, headers.get('etag'), body.version, body.shippingAddress]).toEqual([200, '"2"', 2, elsewhere]);
    const [, updated] = await eventsOf(id, 2);
    expect(updated?.type).toBe(orderUpdated.type);
    expect(JSON.stringify(updated)).not.toContain('Side Street');
  });

  test('to the same address is no change', async () => {
    const id = await placed();
    const { shippingAddress } = anOrderRequest();
    const { status, body } = await ada('PATCH', `/api/v1/orders/${id}`, { shippingAddress });
    expect([status, body.version]).toEqual([200, 1]);
  });

  test('of an older version is refused', async () => {
    const id = await placed();
    const change = (ifMatch: string) =>
      ada('PATCH', `/api/v1/orders/${id}`, { shippingAddress: elsewhere }, { 'if-match': ifMatch });
    expect((await change('"7"')).status).toBe(412);
    expect((await get(id)).version).toBe(1);
    expect((await change('"1"')).status).toBe(200);
  });

  test('cannot change the items, nor anything else', async () => {
    const id = await placed();
    const items = await ada('PATCH', `/api/v1/orders/${id}`, { items: [] });
    expect([items.status, items.body.code]).toEqual([409, 'items-fixed']);
    const status = await ada('PATCH', `/api/v1/orders/${id}`, { shippingAddress: elsewhere, status: 4 });
    expect([status.status, status.body.code]).toEqual([400, 'body-invalid']);
  });
});

describe('a cancel', () => {
  test('is accepted once, with the reason that the caller gave', async () => {
    const id = await placed();
    const first = await ada('POST', `/api/v1/orders/${id}/cancel`, { reason: 'found it cheaper' });
    const again = await ada('POST', `/api/v1/orders/${id}/cancel`, { reason: 'really' });
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(first.body.cancellation).toEqual({ code: 'customer-cancelled', by: 'user', reason: 'found it cheaper' });
    expect(again.body).toEqual(first.body);
    expect((await eventsOf(id, 3)).map(({ type }) => type).slice(1)).toEqual([
      orderStatusChanged.type,
      orderCancelled.type,
    ]);
    expect(JSON.stringify(system.published)).not.toContain('found it cheaper');
  });

  test('of an older version is refused', async () => {
    const id = await placed();
    const cancel = (ifMatch: string) =>
      ada('POST', `/api/v1/orders/${id}/cancel`, { reason: 'found it cheaper' }, { 'if-match': ifMatch });
    expect((await cancel('"7"')).status).toBe(412);
    expect((await get(id)).status).toBe(0);
    expect((await cancel('"1"')).status).toBe(202);
  });

  test('by an admin has code admin-cancelled', async () => {
    const id = await placed();
    const { body } = await admin('POST', `/api/v1/orders/${id}/cancel`, { reason: 'fraud' });
    expect(body.cancellation).toMatchObject({ code: 'admin-cancelled', by: 'admin' });
    expect((await eventsOf(id, 3)).at(-1)?.triggeredby).toBe('admin');
  });

  test('needs a reason', async () => {
    const id = await placed();
    const { status, body } = await ada('POST', `/api/v1/orders/${id}/cancel`, {});
    expect([status, body.errors]).toEqual([400, [{ pointer: '/reason', message: 'is missing' }]]);
    const blank = await ada('POST', `/api/v1/orders/${id}/cancel`, { reason: ' \u00a0\u200b' });
    expect([blank.status, blank.body.errors]).toEqual([400, [{ pointer: '/reason', message: 'must be visible text' }]]);
  });
});

describe('an admin', () => {
  const move = (id: string, body: object, call = admin) => call('PUT', `/api/v1/orders/${id}/status`, body);

  test('moves a paid order on to Delivered, step by step', async () => {
    const id = await paid();
    const parcel = { trackingNumber: 'T-1', shippingCarrier: 'Post' };
    expect((await move(id, { status: 2 })).body).toMatchObject({ status: 2, statusLabel: 'Processing' });
    const early = await move(id, { status: 4 });
    expect([early.status, early.body]).toEqual([409, expect.objectContaining({ code: 'illegal-move', legal: [3, 5] })]);
    const bare = await move(id, { status: 3 });
    expect([bare.status, bare.body.missing]).toEqual([409, ['trackingNumber', 'shippingCarrier']]);
    expect((await move(id, { status: 3, ...parcel })).body).toMatchObject({ status: 3, ...parcel });
    expect((await ada('POST', `/api/v1/orders/${id}/cancel`, { reason: 'too late' })).status).toBe(409);
    expect((await move(id, { status: 4 })).body).toMatchObject({ status: 4, version: 6 });
    expect((await eventsOf(id, 6)).at(-1)).toMatchObject({ type: orderCompleted.type, triggeredby: 'admin' });
  });

  test('is required: a user may not move an order on', async () => {
    const { status, body } = await move(await paid(), { status: 2 }, ada);
    expect([status, body.code]).toEqual([403, 'admin-only']);
  });

  test.each([
    [{ status: 9 }],
    [{ status: '2' }],
    [{}],
    [{ status: 2, paid: true }],
    [{ status: 2, trackingNumber: 'T' }],
  ])('cannot send %j', async (body) => {
    const answer = await move(await placed(), body);
    expect([answer.status, answer.body.code]).toEqual([400, 'body-invalid']);
  });

  test('moves only an order that is there, at the version that was read', async () => {
    expect((await move(randomUUID(), { status: 2 })).body.code).toBe('order-unknown');
    const id = await paid();
    const { version } = await get(id);
    const at = (read: number) =>
      admin('PUT', `/api/v1/orders/${id}/status`, { status: 2 }, { 'if-match': `"${read}"` });
    expect((await at(version - 1)).status).toBe(412);
    expect((await at(version)).body).toMatchObject({ status: 2, version: version + 1 });
  });

  test('cancels with a reason only', async () => {
    const { status, body } = await move(await placed(), { status: 5 });
    expect([status, body.code]).toEqual([409, 'cancel-instead']);
  });
});
