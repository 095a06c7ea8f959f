import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { paymentAuthorized } from '@order-events/contracts';
import { createAuth } from '@order-events/runtime';
import { eventually, TEST_ISSUER, TEST_SECRET } from '@order-events/testing';
import { anOrderRequest } from './builders.ts';
import { aProduct } from './neighbours.ts';
import { type Call, type OrdersUnderTest, startOrders } from './orders-under-test.ts';

let system: OrdersUnderTest;
let ada: Call;

beforeAll(async () => {
  system = await startOrders();
  system.neighbours.products.set('lamp', aProduct('lamp'));
  ada = system.as('ada');
});
afterAll(() => system.close());

async function placed(call = ada): Promise<string> {
  return (await call('POST', '/api/v1/orders', anOrderRequest(), { 'idempotency-key': randomUUID() })).body.id;
}

/** Requests of another service. */
function asService(service: string): Call {
  return system.withToken(createAuth({ secret: TEST_SECRET, issuer: TEST_ISSUER, service }).signServiceToken('orders'));
}

/** As audit sends it. */
function anEntry(orderId: string, changes: object = {}): object {
  const event = { eventId: randomUUID(), eventType: 'order:created', eventVersion: '1.0.0', orderId, userId: 'ada' };
  const metadata = { timestamp: '2026-11-24T10:00:00.000Z', triggeredBy: 'user' };
  return { ...event, payload: {}, metadata, ...changes };
}

describe('an order', () => {
  test('is the same for its owner and for an admin', async () => {
    const id = await placed();
    const mine = await ada('GET', `/api/v1/orders/${id}`);
    expect([mine.status, mine.headers.get('etag'), mine.body.shippingAddress.city]).toEqual([200, '"1"', 'Berlin']);
    expect((await system.as('root', 'admin')('GET', `/api/v1/orders/${id}`)).body).toEqual(mine.body);
  });

  test.each<[string, string, object?]>([
    ['GET', ''],
    ['GET', '/events'],
    ['PATCH', '', { shippingAddress: anOrderRequest().shippingAddress }],
    ['POST', '/cancel', { reason: 'not mine' }],
  ])('of another person is 404: %s %s', async (...[method, path, body]) => {
    const id = await placed();
    const theirs = await system.as('eve')(method, `/api/v1/orders/${id}${path}`, body);
    const nobodys = await system.as('eve')(method, `/api/v1/orders/${randomUUID()}${path}`, body);
    expect([theirs.status, theirs.body.code]).toEqual([404, 'order-unknown']);
    expect([nobodys.status, nobodys.body.code]).toEqual([404, 'order-unknown']);
    expect((await ada('GET', `/api/v1/orders/${id}`)).body).toMatchObject({ status: 0, version: 1 });
  });

  test('refuses unknown parameters', async () => {
    const { status, body } = await ada('GET', `/api/v1/orders/${await placed()}?at=2026-01-01T00:00:00Z`);
    expect([status, body.code]).toEqual([400, 'parameter-unknown']);
  });
});

describe('the list', () => {
  test('holds my orders only, newest first, page by page', async () => {
    const carl = system.as('carl');
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.unshift(await placed(carl));
    const seen: string[] = [];
    let path: string | undefined = '/api/v1/orders?limit=2';
    for (let pages = 0; path; pages++) {
      expect(pages).toBeLessThan(3);
      const { headers, body }: Awaited<ReturnType<Call>> = await carl('GET', path);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      const next = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
      expect(body.nextCursor === null).toBe(next === undefined);
      if (next) expect(next).toContain(`cursor=${body.nextCursor}`);
      path = next;
    }
    expect(seen).toEqual(ids);
  });

  test('can be of one status', async () => {
    const dora = system.as('dora');
    const [kept, cancelled] = [await placed(dora), await placed(dora)];
    await dora('POST', `/api/v1/orders/${cancelled}/cancel`, { reason: 'no' });
    const ids = async (status: number) =>
      (await dora('GET', `/api/v1/orders?status=${status}`)).body.items.map(({ id }: { id: string }) => id);
    expect([await ids(0), await ids(5), await ids(3)]).toEqual([[kept], [cancelled], []]);
    const { body } = await system.as('root', 'admin')('GET', '/api/v1/orders?status=5&limit=1');
    expect(body.items).toMatchObject([{ id: cancelled, userId: 'dora' }]);
  });

  test('takes a cursor only with the filter it was returned for', async () => {
    const finn = system.as('finn');
    for (let n = 0; n < 2; n++) await placed(finn);
    const cursorOf = async (query: string) => (await finn('GET', `/api/v1/orders?limit=1${query}`)).body.nextCursor;
    const [ofAll, ofPending] = [await cursorOf(''), await cursorOf('&status=0')];
    const asked: [Call, string][] = [
      [finn, `cursor=${ofAll}`],
      [finn, `cursor=${ofPending}&status=0&limit=100`],
      [finn, `cursor=${ofAll}&status=0`],
      [finn, `cursor=${ofPending}&status=5`],
      [finn, `cursor=${ofPending}`],
      [ada, `cursor=${ofAll}`],
      [system.as('root', 'admin'), `cursor=${ofAll}`],
    ];
    const answers = await Promise.all(asked.map(([call, query]) => call('GET', `/api/v1/orders?${query}`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 400, 400, 400, 400]);
    expect(answers.slice(2).map(({ body }) => body.code)).toEqual(Array(5).fill('cursor-invalid'));
  });

  test.each([
    ['limit=0', 'limit-invalid'],
    ['limit=101', 'limit-invalid'],
    ['cursor=made-up', 'cursor-invalid'],
    ['status=6', 'status-invalid'],
    ['status=x', 'status-invalid'],
    ['status=', 'status-invalid'],
    ['status=1.0', 'status-invalid'],
    ['status=1&status=2', 'status-invalid'],
    ['sort=price', 'parameter-unknown'],
  ])('refuses %s', async (query, code) => {
    const { status, body } = await ada('GET', `/api/v1/orders?${query}`);
    expect([status, body.code]).toEqual([400, code]);
  });
});

describe('the events of an order', () => {
  test('are those that audit stores, with IP address and user agent opened', async () => {
    const id = await placed();
    const created = await eventually(() => {
      const event = system.published.find(({ subject }) => subject === id);
      if (!event) throw new Error('not published yet');
      return event;
    });
    const { order, meta } = created.data as { order: object; meta: object };
    const metadata = { timestamp: created.time, triggeredBy: 'user', ...meta };
    const entry = anEntry(id, { eventId: created.id, payload: { order }, metadata });
    system.neighbours.histories.set(id, { events: [entry], count: 1 });
    const { status, body } = await ada('GET', `/api/v1/orders/${id}/events`);
    expect(status).toBe(200);
    expect(body).toEqual({
      nextCursor: null,
      count: 1,
      events: [
        {
          ...entry,
          metadata: { timestamp: created.time, triggeredBy: 'user', ipAddress: '127.0.0.1', userAgent: 'node' },
        },
      ],
    });
  });

  test('come in pages: audit’s cursor within an own one, which is valid for this order only', async () => {
    const [id, other] = [await placed(), await placed()];
    const events = [anEntry(id)];
    for (const each of [id, other]) {
      system.neighbours.histories.set(each, { events, count: 700, nextCursor: `after-${each}` });
    }
    const path = `/api/v1/orders/${id}/events`;
    const first = await ada('GET', `${path}?limit=1`);
    const { nextCursor } = first.body;
    expect(first.body).toEqual({ events, count: 700, nextCursor: expect.any(String) });
    expect(first.headers.get('link')).toBe(`<${path}?limit=1&cursor=${nextCursor}>; rel="next"`);
    expect((await ada('GET', `${path}?cursor=${nextCursor}`)).status).toBe(200);
    expect(system.neighbours.requests.slice(-2).map((each) => each.path)).toEqual([
      `/internal/orders/${id}/events?limit=1`,
      `/internal/orders/${id}/events?limit=100&cursor=after-${id}`,
    ]);
    const elsewhere = await ada('GET', `/api/v1/orders/${other}/events?cursor=${nextCursor}`);
    expect([elsewhere.status, elsewhere.body.code]).toEqual([400, 'cursor-invalid']);
    expect((await ada('GET', `${path}?limit=101`)).body.code).toBe('limit-invalid');
    expect((await ada('GET', `${path}?since=yesterday`)).body.code).toBe('parameter-unknown');
  });

  test('that would be too large a response fail that request only', async () => {
    const [id, other] = [await placed(), await placed()];
    system.neighbours.histories.set(id, { events: [{ metadata: {}, payload: 'x'.repeat(2 ** 20) }], count: 1 });
    system.neighbours.histories.set(other, { events: [], count: 0 });
    for (let look = 0; look < 5; look++) {
      const { status, body } = await ada('GET', `/api/v1/orders/${id}/events`);
      expect([status, body.code]).toEqual([422, 'audit-answer-too-large']);
    }
    expect((await ada('GET', `/api/v1/orders/${other}/events`)).status).toBe(200);
  });

  test('are refused while audit is down, and everything else works', async () => {
    const id = await placed();
    system.neighbours.broken = true;
    const { status, headers } = await ada('GET', `/api/v1/orders/${id}/events`);
    system.neighbours.broken = false;
    expect([status, Number(headers.get('retry-after')) > 0]).toEqual([503, true]);
    expect((await ada('GET', `/api/v1/orders/${id}`)).status).toBe(200);
  });
});

describe('other services', () => {
  test('payments gets the payment token until payment has a result', async () => {
    const id = await placed();
    const path = `/internal/orders/${id}/payment-token`;
    expect((await asService('payments')('GET', path)).body).toEqual({ token: 'tok_ok' });
    const amount = { amount: 2_500, currency: 'EUR', method: 'card' };
    await system.publish(paymentAuthorized({ orderId: id, ...amount }), id, 1);
    await eventually(async () => {
      const { status, body } = await asService('payments')('GET', path);
      expect([status, body.code]).toEqual([410, 'payment-token-gone']);
    });
  });

  test('the token of an ended order is deleted', async () => {
    const id = await placed();
    await ada('POST', `/api/v1/orders/${id}/cancel`, { reason: 'no' });
    expect((await asService('payments')('GET', `/internal/orders/${id}/payment-token`)).status).toBe(410);
    expect((await asService('payments')('GET', `/internal/orders/${randomUUID()}/payment-token`)).status).toBe(404);
  });

  test('other services and persons are refused', async () => {
    const path = `/internal/orders/${await placed()}/payment-token`;
    const callers = [asService('shipping'), ada, system.as('root', 'admin'), system.withToken(undefined)];
    const answers = await Promise.all(callers.map((call) => call('GET', path)));
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 401]);
  });

  test('shipping has sealed values opened, and nothing else', async () => {
    const id = await placed();
    const event = await eventually(() => {
      const found = system.published.find(({ subject }) => subject === id);
      if (!found) throw new Error('not published yet');
      return found;
    });
    const { shippingAddress } = (event.data as { order: { shippingAddress: string } }).order;
    const forged = shippingAddress.replace(/.{4}$/, 'AAAA');
    const values = [shippingAddress, forged, 'not sealed', `sealed:v1:${randomUUID()}:AAAA`];
    const { status, body } = await asService('shipping')('POST', '/internal/unseal', { values });
    expect(status).toBe(200);
    expect(body.values.slice(1)).toEqual([null, null, null]);
    expect(JSON.parse(body.values[0])).toEqual(anOrderRequest().shippingAddress);
    expect((await asService('email')('POST', '/internal/unseal', { values })).status).toBe(403);
  });
});
