import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DemoCustomer, shippingAddress } from '@order-events/demo';
import { openStore } from '@order-events/store';
import { eventually } from '@order-events/testing';
import { startWholeSystem, type WholeSystem } from '../src/whole-system.ts';

let whole: WholeSystem;
let ada: DemoCustomer;
let ben: DemoCustomer;

beforeAll(async () => {
  whole = await startWholeSystem();
  [ada, ben] = [await whole.person('ada', 'ada@example.org'), await whole.person('ben', 'ben@example.org')];
  const lamp = { name: 'Lamp', price: 4990, currency: 'EUR', lowStockAt: 0, restock: 100 };
  await whole.admin.call('PUT', '/api/v1/products/lamp', lamp);
}, 60_000);
afterAll(() => whole?.stop());

const changes = 640;

interface Page {
  readonly events: readonly { eventId: string; eventType: string }[];
  readonly count: number;
  readonly nextCursor: string | null;
}

/** As often as the order may be changed before the broker has its events. */
async function changeAddress(id: string, n: number): Promise<void> {
  const moved = { shippingAddress: { ...shippingAddress, line2: `floor ${n}` } };
  await eventually(() => ada.call('PATCH', `/api/v1/orders/${id}`, moved));
}

test('an order whose address was changed 640 times tells its events page by page, and disturbs nobody', async () => {
  const line = [{ productId: 'lamp', quantity: 1 }];
  const [busy, other] = [await ada.place(line, 'tok_ok'), await ben.place(line, 'tok_ok')];
  const page = (query = '') => ada.call<Page>('GET', `/api/v1/orders/${busy.id}/events${query}`);
  for (let n = 0; n < changes; n += 20)
    await Promise.all(Array.from({ length: 20 }, (_, more) => changeAddress(busy.id, n + more)));
  await eventually(async () => expect((await page()).count).toBeGreaterThanOrEqual(changes + 1), { timeoutMs: 30_000 });

  for (let look = 0; look < 5; look++) expect((await page()).events).toHaveLength(100);
  expect((await ben.history(other.id)).count).toBeGreaterThan(0);

  const told: Page['events'][number][] = [];
  let count = 0;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const next: Page = await page(`?limit=100${cursor && `&cursor=${cursor}`}`);
    told.push(...next.events);
    ({ count, nextCursor: cursor } = next);
  }
  expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(count);
  expect(told).toHaveLength(count);
  expect(told.filter(({ eventType }) => eventType === 'order:updated')).toHaveLength(changes);

  // What changed nothing about the payment is not kept with it.
  const store = await openStore(whole.storeUrlOf('payments'));
  const payment = await (await store.collection<{ history: unknown[] }>('payments')).get(busy.id);
  await store.close();
  expect(payment?.seen.length).toBeLessThan(20);
  expect(payment?.state.history.length).toBeLessThan(20);
}, 120_000);
