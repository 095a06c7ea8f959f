import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { orderCreated, productChanged } from '@order-events/contracts';
import { createAuth } from '@order-events/runtime';
import { eventually, personToken, TEST_ISSUER, TEST_SECRET } from '@order-events/testing';
import type { OrderRequest } from '../src/order-request.ts';
import { anOrderRequest } from './builders.ts';
import { aProduct } from './neighbours.ts';
import { type Answered, type Call, type OrdersUnderTest, startOrders } from './orders-under-test.ts';

let system: OrdersUnderTest;
let ada: Call;

beforeAll(async () => {
  system = await startOrders();
  ada = system.as('ada');
});
afterAll(() => system.close());

beforeEach(() => {
  system.neighbours.broken = false;
  system.neighbours.products.set('lamp', aProduct('lamp'));
  system.neighbours.products.set('yen', aProduct('yen', { currency: 'JPY' }));
  system.neighbours.products.set('gold', aProduct('gold', { currency: 'XAU' }));
});

const place = (body: unknown = anOrderRequest(), key = randomUUID(), call = ada) =>
  call('POST', '/api/v1/orders', body, { 'idempotency-key': key });

/** The number of orders, as an admin lists them. */
async function count(): Promise<number> {
  const { body } = await system.as('root', 'admin')('GET', '/api/v1/orders?limit=100');
  return body.items.length;
}

describe('placing an order', () => {
  test('returns 201 with the whole order, priced by the catalogue', async () => {
    const { status, headers, body } = await place();
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/v1/orders/${body.id}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(headers.get('idempotent-replayed')).toBeNull();
    expect(body).toEqual({
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-/),
      orderNumber: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{12}$/),
      userId: 'ada',
      status: 0,
      statusLabel: 'Pending',
      items: [{ productId: 'lamp', name: 'The lamp', quantity: 2, unitPrice: 1_250, lineTotal: 2_500 }],
      totalAmount: 2_500,
      currency: 'EUR',
      shippingAddress: anOrderRequest().shippingAddress,
      paymentMethod: 'card',
      estimatedDelivery: expect.any(String),
      createdAt: expect.any(String),
      updatedAt: body.createdAt,
      version: 1,
    });
    expect(Date.parse(body.estimatedDelivery) - Date.parse(body.createdAt)).toBe(5 * 24 * 3_600_000);
  });

  test('publishes order.created, with personal data sealed', async () => {
    const { body } = await place();
    const event = await eventually(() => {
      const found = system.published.find(({ subject }) => subject === body.id);
      expect(found).toBeDefined();
      return found;
    });
    expect(event).toMatchObject({
      type: orderCreated.type,
      source: '/services/orders',
      sequence: '1',
      userid: 'ada',
      triggeredby: 'user',
      data: {
        order: { id: body.id, shippingAddress: expect.stringMatching(/^sealed:v1:/), version: 1 },
        meta: { ipAddress: expect.stringMatching(/^sealed:v1:/), userAgent: expect.stringMatching(/^sealed:v1:/) },
      },
    });
    const text = JSON.stringify(event);
    for (const secret of ['Main Street', 'tok_ok', '127.0.0.1']) expect(text).not.toContain(secret);
  });

  test('lines of the same product are one line', async () => {
    const line = { productId: 'lamp', quantity: 1 };
    const { body } = await place(anOrderRequest({ items: [line, line, { ...line, quantity: 3 }] }));
    expect(body.items).toMatchObject([{ productId: 'lamp', quantity: 5, lineTotal: 6_250 }]);
  });

  test('logs ids only', async () => {
    await place();
    const log = system.logged.join('');
    expect(log).toContain('/api/v1/orders');
    for (const secret of ['Main Street', 'tok_ok', 'Berlin']) expect(log).not.toContain(secret);
  });
});

describe('an expected total', () => {
  test('equal to the total places the order, also a total of nothing', async () => {
    system.neighbours.products.set('gift', aProduct('gift', { price: 0 }));
    const free = { items: [{ productId: 'gift', quantity: 1 }], expectedTotal: { amount: 0, currency: 'EUR' } };
    const answers = [
      await place(anOrderRequest({ expectedTotal: { amount: 2_500, currency: 'EUR' } })),
      await place(anOrderRequest(free)),
    ];
    expect(answers.map(({ status, body }) => [status, body.totalAmount])).toEqual([
      [201, 2_500],
      [201, 0],
    ]);
  });

  test('that differs is refused with both totals, nothing is stored, and the key is free for a retry', async () => {
    const before = await count();
    const key = randomUUID();
    const expected = { amount: 1_000, currency: 'EUR' };
    const { status, body } = await place(anOrderRequest({ expectedTotal: expected }), key);
    expect([status, body]).toEqual([
      409,
      expect.objectContaining({ code: 'total-differs', expected, actual: { amount: 2_500, currency: 'EUR' } }),
    ]);
    expect(await count()).toBe(before);
    const again = await place(anOrderRequest({ expectedTotal: body.actual }), key);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, null]);
  });

  test.each([
    ['less than nothing', { amount: -1, currency: 'EUR' }],
    ['a fraction', { amount: 0.5, currency: 'EUR' }],
    ['more than is exact', { amount: 2 ** 53, currency: 'EUR' }],
    ['no currency', { amount: 1 }],
    ['a currency that is none', { amount: 1, currency: 'ZZZ' }],
    ['a number', 2_500],
  ])('that is %s is refused', async (_what, expectedTotal) => {
    const { status, body } = await place({ ...anOrderRequest(), expectedTotal });
    expect([status, body.code]).toEqual([400, 'body-invalid']);
  });
});

describe('the same Idempotency-Key', () => {
  test('returns the first response again, whatever has become of the order', async () => {
    const key = randomUUID();
    const first = await place(anOrderRequest(), key);
    await ada('POST', `/api/v1/orders/${first.body.id}/cancel`, { reason: 'changed my mind' });
    const second = await place(anOrderRequest(), key);
    expect(second.status).toBe(201);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(second.body).toEqual(first.body);
  });

  test('is the same quoted or bare, with fields in any order, and after a restart', async () => {
    const key = randomUUID();
    const first = await place(anOrderRequest(), key);
    await system.restart();
    const reversed = Object.fromEntries(Object.entries(anOrderRequest()).reverse());
    const second = await place(reversed, `"${key}"`);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.body).toEqual(first.body);
  });

  test('returns the first response to a retry with a new payment token, and the first token is charged', async () => {
    const key = randomUUID();
    const first = await place(anOrderRequest(), key);
    const second = await place(anOrderRequest({ paymentToken: 'tok_new' }), key);
    expect([second.status, second.headers.get('idempotent-replayed'), second.body]).toEqual([201, 'true', first.body]);
    const payments = createAuth({ secret: TEST_SECRET, issuer: TEST_ISSUER, service: 'payments' });
    const call = system.withToken(payments.signServiceToken('orders'));
    expect((await call('GET', `/internal/orders/${first.body.id}/payment-token`)).body).toEqual({ token: 'tok_ok' });
  });

  test('is replayed without inventory', async () => {
    const key = randomUUID();
    const first = await place(anOrderRequest(), key);
    system.neighbours.broken = true;
    expect((await place(anOrderRequest(), key)).body).toEqual(first.body);
  });

  test('with another content is refused', async () => {
    const key = randomUUID();
    await place(anOrderRequest(), key);
    const other = await place(anOrderRequest({ paymentMethod: 'invoice' }), key);
    expect(other.status).toBe(422);
    expect(other.body.code).toBe('idempotency-key-reused');
  });

  test('of another person is another order', async () => {
    const key = randomUUID();
    const mine = await place(anOrderRequest(), key);
    const theirs = await place(anOrderRequest(), key, system.as('bob'));
    expect(theirs.status).toBe(201);
    expect(theirs.headers.get('idempotent-replayed')).toBeNull();
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  test('twenty times at once, at two instances, makes one order and publishes it once', async () => {
    const twin = await system.twin();
    const callers = [ada, system.withToken(personToken('ada'), twin)];
    const key = randomUUID();
    const answers = await raced('vase', (request) =>
      Array.from({ length: 20 }, (_, n) => place(request, key, callers[n % 2])),
    );
    await twin.stop();
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    const marker = await place();
    await eventually(() => expect(system.published.some(({ subject }) => subject === marker.body.id)).toBe(true));
    expect(system.published.filter(({ subject }) => subject === answers[0]?.body.id)).toHaveLength(1);
  });

  test('twice at once with two contents makes one order and refuses the other', async () => {
    const key = randomUUID();
    const answers = await raced('bowl', (request) => [
      place(request, key),
      place({ ...request, paymentMethod: 'paypal' }, key),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422]);
  });
});

/** Lets requests go on together once each has found no order and waits for the price. */
async function raced(productId: string, requests: (request: OrderRequest) => Promise<Answered>[]): Promise<Answered[]> {
  const { neighbours } = system;
  const gate = Promise.withResolvers<void>();
  neighbours.gate = gate.promise;
  neighbours.products.set(productId, aProduct(productId));
  const racing = requests(anOrderRequest({ items: [{ productId, quantity: 1 }] }));
  const asked = () => neighbours.requests.filter(({ path }) => path.endsWith(`/${productId}`));
  await eventually(() => expect(asked()).toHaveLength(racing.length));
  gate.resolve();
  return Promise.all(racing);
}

describe('the catalogue copy', () => {
  test('calls inventory once, with a service token, for a product that it lacks', async () => {
    system.neighbours.products.set('desk', aProduct('desk'));
    const request = anOrderRequest({ items: [{ productId: 'desk', quantity: 1 }] });
    await place(request);
    await place(request);
    const asked = system.neighbours.requests.filter(({ path }) => path === '/api/v1/products/desk');
    expect(asked).toEqual([{ path: '/api/v1/products/desk', authorization: expect.stringMatching(/^Bearer ey/) }]);
  });

  test('follows product.changed, and no older event replaces a newer one', async () => {
    const product = { id: 'sofa', name: 'Sofa', currency: 'EUR', lowStockAt: 1, availability: 'in-stock' } as const;
    await system.publish(productChanged({ product: { ...product, price: 90_000 } }), 'sofa', 7);
    await system.publish(productChanged({ product: { ...product, price: 10 } }), 'sofa', 6);
    const request = anOrderRequest({ items: [{ productId: 'sofa', quantity: 1 }] });
    await eventually(async () => expect((await place(request)).body.totalAmount).toBe(90_000));
    await system.publish(productChanged({ product: { ...product, price: 95_000 } }), 'sofa', 8);
    await eventually(async () => expect((await place(request)).body.totalAmount).toBe(95_000));
  });

  test('without inventory, known products can be ordered, and others are refused with 503', async () => {
    await place();
    system.neighbours.broken = true;
    expect((await place()).status).toBe(201);
    const unknown = await place(anOrderRequest({ items: [{ productId: 'not-in-the-copy', quantity: 1 }] }));
    expect(unknown.status).toBe(503);
    expect(unknown.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});

test('an address is stored trimmed, in NFC, without a city where the country has none', async () => {
  const typed = at({ name: ' Zoe\u0308\u200b ', line1: '1\u00a0Marina Way\u00a0', city: undefined, country: 'SG' });
  const { status, body } = await place(typed);
  expect([status, body.shippingAddress]).toEqual([
    201,
    { name: 'Zo\u00eb', line1: '1\u00a0Marina Way', postalCode: '10115', country: 'SG' },
  ]);
});

const card = '4111 1111 1111 1111';
const line = { productId: 'lamp', quantity: 1 };
const at = (changes: object) => ({
  ...anOrderRequest(),
  shippingAddress: { ...anOrderRequest().shippingAddress, ...changes },
});
const items = (...lines: object[]) => ({ ...anOrderRequest(), items: lines });

describe('a request that is no order is refused with the fault named, and nothing is stored', () => {
  const refusals: [name: string, body: unknown, status: number, code: string, pointer?: string][] = [
    ['an unknown product', items({ productId: 'nothing', quantity: 1 }), 422, 'product-unknown'],
    ['products of two currencies', items(line, { productId: 'yen', quantity: 1 }), 422, 'currencies-mixed'],
    ['quantity 0', items({ ...line, quantity: 0 }), 400, 'body-invalid', '/items/0/quantity'],
    ['a negative quantity', items({ ...line, quantity: -1 }), 400, 'body-invalid', '/items/0/quantity'],
    ['a fractional quantity', items({ ...line, quantity: 1.5 }), 400, 'body-invalid', '/items/0/quantity'],
    ['a huge quantity', items({ ...line, quantity: 2 ** 53 }), 400, 'body-invalid', '/items/0/quantity'],
    ['a quantity as text', items({ ...line, quantity: '1' }), 400, 'body-invalid', '/items/0/quantity'],
    [
      'more of a product than one line may have',
      items(...Array(11).fill({ ...line, quantity: 1_000 })),
      422,
      'quantity-too-large',
    ],
    ['no items', items(), 400, 'body-invalid', '/items'],
    ['101 items', items(...Array(101).fill(line)), 400, 'body-invalid', '/items'],
    ['an unknown field', { ...anOrderRequest(), gift: true }, 400, 'body-invalid', '/gift'],
    ['a price sent by the client', items({ ...line, unitPrice: 1 }), 400, 'body-invalid', '/items/0/unitPrice'],
    ['a total sent by the client', { ...anOrderRequest(), totalAmount: 1 }, 400, 'body-invalid', '/totalAmount'],
    ['no address', { ...anOrderRequest(), shippingAddress: undefined }, 400, 'body-invalid', '/shippingAddress'],
    ['an address as text', { ...anOrderRequest(), shippingAddress: 'here' }, 400, 'body-invalid', '/shippingAddress'],
    ['an address of blanks', at({ line1: ' \u200b' }), 400, 'body-invalid', '/shippingAddress/line1'],
    ['a name of zero-width characters', at({ name: '\u200d\ufeff' }), 400, 'body-invalid', '/shippingAddress/name'],
    ['a country that is none', at({ country: 'ZZ' }), 400, 'body-invalid', '/shippingAddress/country'],
    ['no city in a country of cities', at({ city: undefined }), 400, 'body-invalid', '/shippingAddress/city'],
    [
      'a blank city even where none is needed',
      at({ city: ' ', country: 'SG' }),
      400,
      'body-invalid',
      '/shippingAddress/city',
    ],
    ['a price in gold', items({ productId: 'gold', quantity: 1 }), 422, 'currency-unknown'],
    [
      'an object for an id',
      items({ productId: { $ne: null }, quantity: 1 }),
      400,
      'body-invalid',
      '/items/0/productId',
    ],
    ['a list', [], 400, 'body-invalid', ''],
    [
      'a card number for a token',
      { ...anOrderRequest(), paymentToken: card.replaceAll(' ', '') },
      400,
      'card-data-refused',
    ],
    [
      'a card number in the address',
      { ...anOrderRequest(), shippingAddress: { line2: `card ${card}` } },
      400,
      'card-data-refused',
    ],
    ['a card number as a number', { ...anOrderRequest(), paymentToken: 4111111111111111 }, 400, 'card-data-refused'],
    ['a card number as a name', { ...anOrderRequest(), [card]: 1 }, 400, 'card-data-refused'],
    ['broken JSON', '{"items":', 400, 'json-broken'],
    ['more than 256 KiB', { ...anOrderRequest(), paymentToken: 'x'.repeat(257 * 1024) }, 413, 'body-too-large'],
  ];
  const named = refusals.map(([name, body, status, code, pointer]) => ({ name, body, status, code, pointer }));

  test.each(named)('$name', async ({ body, status, code, pointer }) => {
    const before = await count();
    const answer = await place(body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ status, code, traceId: expect.stringMatching(/^[\da-f]{32}$/) });
    if (pointer !== undefined) expect(answer.body.errors).toMatchObject([{ pointer }]);
    expect(await count()).toBe(before);
    expect(`${JSON.stringify(answer.body)}${system.logged.join('')}`).not.toMatch(/4111 ?1111/);
  });

  test('no Idempotency-Key', async () => {
    const { status, body } = await ada('POST', '/api/v1/orders', anOrderRequest());
    expect([status, body.code]).toEqual([400, 'idempotency-key-missing']);
  });

  test.each([
    ['no token', undefined, 'token-missing'],
    ['a bad token', 'not-a-token', 'token-invalid'],
  ])('%s', async (_name, token, code) => {
    const { status, headers, body } = await place(anOrderRequest(), randomUUID(), system.withToken(token));
    expect([status, body.code, headers.get('www-authenticate')]).toEqual([401, code, 'Bearer']);
  });
});
