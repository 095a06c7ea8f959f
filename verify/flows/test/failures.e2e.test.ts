import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DemoCustomer } from '@order-events/demo';
import { eventually } from '@order-events/testing';
import { startWholeSystem, type WholeSystem } from '../src/whole-system.ts';

let whole: WholeSystem;
let ada: DemoCustomer;

beforeAll(async () => {
  whole = await startWholeSystem();
  ada = await whole.person('ada', 'ada@example.org');
  await whole.admin.call('PUT', '/api/v1/products/lamp', { name: 'Lamp', price: 4990, currency: 'EUR', restock: 100 });
}, 60_000);

afterAll(() => whole?.stop());

interface Letter {
  readonly payload: string;
  readonly payload_encoding: 'string' | 'base64';
  readonly routing_key: string;
  readonly properties: { readonly headers: Record<string, unknown> };
}

const put = pathed('put');
const post = pathed('post');
function pathed<M extends 'put' | 'post'>(method: M) {
  return (path: string, body: object = {}) =>
    (whole.broker.management[method] as (path: string, body: object) => Promise<unknown>)(
      path.replace(':vhost', whole.broker.vhost),
      body,
    );
}

/** As an operator sees it in RabbitMQ's management UI: looked at, and left where it is. */
async function lettersIn(queue: string): Promise<Letter[]> {
  return (await post(`/queues/:vhost/${queue}/get`, {
    count: 50,
    ackmode: 'ack_requeue_true',
    encoding: 'auto',
  })) as Letter[];
}

const failureOf = (letter: Letter | undefined) => JSON.parse(String(letter?.properties.headers.failure));

async function stockOf(id: string) {
  const { available, reserved, sold } = await whole.admin.call<Record<string, number>>('GET', `/api/v1/products/${id}`);
  return { available, reserved, sold };
}

async function confirmed(paymentToken = 'tok_ok') {
  const placed = await ada.place([{ productId: 'lamp', quantity: 1 }], paymentToken);
  await eventually(async () => expect((await ada.order(placed.id)).status).toBe(1));
  return placed;
}

test('a mail that keeps failing is tried three times, after 2 and 4 seconds, and ends in the dead-letter queue with its reason', async () => {
  const email = whole.system.urls.email ?? '';
  const faults = (body: object) =>
    fetch(`${email}/faults`, {
      method: 'PUT',
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${whole.tokenOf('root', 'admin')}`, 'content-type': 'application/json' },
    });
  await faults({ refuse: { 'ada@example.org': true } });
  const placed = await ada.place([{ productId: 'lamp', quantity: 1 }], 'tok_ok');
  const letter = await eventually(
    async () => {
      const [found] = await lettersIn('email.priority.dlq');
      expect(found).toBeDefined();
      return found;
    },
    { timeoutMs: 20_000 },
  );
  expect(failureOf(letter)).toMatchObject({ attempts: 3, service: 'email', queue: 'email.priority' });
  expect(JSON.stringify(letter?.properties.headers)).not.toContain('ada@example.org');
  const { data, time } = JSON.parse(letter?.payload ?? '');
  expect(data.order).toMatchObject({ id: placed.id, status: 1 });
  const failedAfterMs = Date.parse(failureOf(letter).time) - Date.parse(time);
  expect(failedAfterMs).toBeGreaterThanOrEqual(6_000);
  expect(await ada.order(placed.id)).toMatchObject({ status: 1 });

  await faults({});
  const next = await confirmed();
  await eventually(async () =>
    expect((await whole.admin.mails(next.id)).items).toMatchObject([{ to: 'ada@example.org' }]),
  );
}, 40_000);

test('duplicates: every event of an order sent twice more changes nothing', async () => {
  await put('/queues/:vhost/tap', { durable: true });
  await post('/bindings/:vhost/e/order_events/q/tap', { routing_key: '#' });
  const placed = await confirmed();
  await eventually(async () => expect((await whole.admin.mails(placed.id)).items).toHaveLength(1));
  await eventually(async () =>
    expect((await ada.history(placed.id)).events.map(({ eventType }) => eventType)).toContain('payment:captured'),
  );
  const settled = async () => ({
    order: await ada.order(placed.id),
    history: (await ada.history(placed.id)).count,
    stock: await stockOf('lamp'),
    mails: (await whole.admin.mails(placed.id)).items,
    told: (
      (await ada.call('GET', '/api/v1/notifications?limit=100')) as { items: { payload: { order: { id: string } } }[] }
    ).items.filter(({ payload }) => payload.order.id === placed.id),
  });
  const before = await settled();
  const tapped = (await post('/queues/:vhost/tap/get', {
    count: 50,
    ackmode: 'ack_requeue_false',
    encoding: 'auto',
  })) as Letter[];
  const ours = tapped.filter(({ payload }) => payload.includes(placed.id));
  expect(ours.length).toBeGreaterThanOrEqual(5);
  for (const _time of [1, 2]) {
    for (const { routing_key, properties, payload } of ours) {
      await post('/exchanges/:vhost/order_events/publish', {
        routing_key,
        properties,
        payload,
        payload_encoding: 'string',
      });
    }
  }
  await absorbed(2 * ours.length);
  expect(await settled()).toEqual(before);
});

test.each([
  ['no JSON', 'this is not JSON'],
  ['unsigned', JSON.stringify({ specversion: '1.0', type: 'order.created.v1', source: '/services/orders', data: {} })],
])(
  'a message with %s lands once in the dead-letter queue of everyone who hears it, and disturbs nobody',
  async (_what, payload) => {
    const queues = ['inventory', 'payments', 'notifications', 'audit'];
    const depth = async (queue: string) => (await lettersIn(`${queue}.dlq`)).length;
    const before = await Promise.all(queues.map(depth));
    const properties = { delivery_mode: 2, message_id: 'poison', type: 'order.created.v1' };
    await post('/exchanges/:vhost/order_events/publish', {
      routing_key: 'order.created.v1',
      properties,
      payload,
      payload_encoding: 'string',
    });
    await eventually(async () => {
      const now = await Promise.all(queues.map(depth));
      expect(now).toEqual(before.map((letters) => letters + 1));
    });
    const letter = (await lettersIn('inventory.dlq')).at(-1);
    expect(letter?.payload).toBe(payload);
    expect(failureOf(letter)).toMatchObject({ attempts: 1, queue: 'inventory' });
    await confirmed();
  },
);

/** Audit has absorbed so many, and what went through every queue behind them has arrived, too. */
async function absorbed(duplicates: number): Promise<void> {
  const ghost = await ada.place([{ productId: 'lamp', quantity: 999 }], 'tok_ok');
  await eventually(async () => {
    const metrics = await (await fetch(`${whole.system.urls.audit}/metrics`)).text();
    const counted = /^order_events_audit_duplicates_total\{[^}]*\} (\d+)$/m.exec(metrics)?.[1];
    expect(Number(counted)).toBeGreaterThanOrEqual(duplicates);
  });
  await eventually(async () => expect((await ada.order(ghost.id)).status).toBe(5));
  await eventually(async () => expect((await whole.admin.mails(ghost.id)).items).toHaveLength(1));
}
