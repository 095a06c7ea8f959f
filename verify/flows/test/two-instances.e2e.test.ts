import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createCustomer, type DemoCustomer, personToken, shippingAddress } from '@order-events/demo';
import { type ProcessSystem, startProcesses } from '@order-events/prove/rig';
import { eventually, type TestBroker, testBroker } from '@order-events/testing';

const hearing = ['orders', 'inventory', 'payments', 'email', 'notifications', 'audit'] as const;
const services = [...hearing, 'customers'] as const;
const stock = 1_000_000;

let broker: TestBroker;
let system: ProcessSystem;
let admin: DemoCustomer;
let ada: DemoCustomer;
const placed = new Set<string>();

beforeAll(async () => {
  broker = await testBroker();
  system = await startProcesses({ amqpUrl: broker.amqpUrl, twice: services, planted: {} });
  await system.ready();
  const gateway = system.process('gateway').url;
  admin = createCustomer(gateway, personToken(system.secrets, 'root', 'admin'));
  ada = createCustomer(gateway, tokenOfAda());
  await admin.call('PUT', '/api/v1/products/pen', { name: 'Pen', price: 290, currency: 'EUR', restock: stock });
  await ada.call('PUT', '/api/v1/customers/me', { email: 'ada@example.org', name: 'ada' });
}, 180_000);
afterAll(async () => {
  await system?.remove(false);
  await broker?.close();
}, 60_000);

const tokenOfAda = () => personToken(system.secrets, 'ada', 'user');
const second = (service: string) => system.process(`${service}-2`);

/** Orders at either instance, and asks again, at the other one, until it is answered. */
async function place(): Promise<void> {
  const key = randomUUID();
  const body = {
    items: [{ productId: 'pen', quantity: 1 }],
    paymentMethod: 'card',
    paymentToken: 'tok_ok',
    shippingAddress,
  };
  for (let times = placed.size; ; times++) {
    const { url } = times % 2 === 0 ? system.process('orders') : second('orders');
    const answer = await fetch(`${url}/api/v1/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokenOfAda()}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    }).catch(() => undefined);
    if (answer?.status === 201) return void placed.add(((await answer.json()) as { id: string }).id);
  }
}

/** People order until the harm is done, and a little longer. */
async function underLoad(harm: () => Promise<void>): Promise<void> {
  let over = false;
  const keepOrdering = async () => {
    while (!over) await place();
  };
  const before = placed.size;
  const shoppers = [1, 2].map(keepOrdering);
  await eventually(() => expect(placed.size).toBeGreaterThan(before + 10));
  await harm();
  const then = placed.size;
  await eventually(() => expect(placed.size).toBeGreaterThan(then + 10), { timeoutMs: 30_000 });
  over = true;
  await Promise.all(shoppers);
}

async function handledBy(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts = text.matchAll(/^order_events_messages_handled_total\{[^}]*outcome="done"[^}]*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

interface Told {
  readonly items: readonly { readonly payload: { readonly order: { readonly id: string } } }[];
  readonly nextCursor?: string | null;
}

/** How often a person's feed tells of each order. */
async function toldOf(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let query = '';
  for (let more = true; more; ) {
    const page: Told = await ada.call('GET', `/api/v1/notifications?limit=100${query}`);
    for (const { payload } of page.items) counts.set(payload.order.id, (counts.get(payload.order.id) ?? 0) + 1);
    more = page.items.length > 0 && typeof page.nextCursor === 'string';
    query = `&cursor=${encodeURIComponent(page.nextCursor ?? '')}`;
  }
  return counts;
}

/** Every order that was answered is confirmed, paid, written and told of, each once. */
async function allEnded(): Promise<void> {
  const patience = { timeoutMs: 90_000 };
  for (const id of placed) {
    await eventually(async () => expect((await ada.order(id)).status).toBe(1), patience);
    await eventually(async () => expect((await admin.mails(id)).items).toHaveLength(1), patience);
    const types = async () => (await ada.history(id)).events.map(({ eventType }) => eventType).sort();
    await eventually(
      async () =>
        expect(await types()).toEqual([
          'email:sent',
          'inventory:reserved',
          'order:created',
          'order:status_changed',
          'payment:authorized',
          'payment:captured',
        ]),
      patience,
    );
  }
  await eventually(async () => {
    const told = await toldOf();
    expect([...placed].map((id) => told.get(id))).toEqual([...placed].map(() => 2));
  }, patience);
  const { available, reserved } = await admin.call<Record<string, number>>('GET', '/api/v1/products/pen');
  expect([available, reserved]).toEqual([stock - placed.size, placed.size]);
}

test('two instances of every service share the work; one of each is killed under load, and the other goes on with all of it', async () => {
  await underLoad(async () => {
    for (const service of hearing) {
      for (const { url } of [system.process(service), second(service)])
        await eventually(async () => expect(await handledBy(url)).toBeGreaterThan(0));
    }
    await fetch(`${second('customers').url}/api/v1/customers/me`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${tokenOfAda()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@new.example.org', name: 'ada' }),
    });
    for (const service of services) second(service).end();
  });
  await allEnded();
  expect(await ada.call('GET', '/api/v1/customers/me')).toMatchObject({ email: 'ada@new.example.org' });
}, 240_000);

test('one of two instances of every service is asked to end under load: it ends in order and in time, and nothing is lost or done twice', async () => {
  for (const service of services) second(service).start();
  for (const service of services) await second(service).ready();
  await underLoad(async () => {
    const codes = await Promise.all(services.map((service) => second(service).stop()));
    expect(codes).toEqual(services.map(() => 0));
  });
  await allEnded();
}, 240_000);
