import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import type { Store } from '@order-events/store';
import { someParts } from '@order-events/testing';
import { MemoryStore } from '@order-events/testing/memory-store';
import { changeProduct, type ProductChange } from '../src/product.ts';
import { entryIdOf } from '../src/restock.ts';
import { service } from '../src/service.ts';
import { failingAfter } from './failing-store.ts';

const admin = { correlationId: 'a', triggeredBy: 'admin' } as const;

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});

async function opened(over: Store = store.another(), aheadMs = 0) {
  const clock = () => new Date(Date.now() + aheadMs);
  return service.open(someParts({ store: over, clock }));
}
type Application = Awaited<ReturnType<typeof opened>>;

/** A minute later no handler works on a pending restock any more; at once one may. */
async function sweep(aheadMs = 60_000): Promise<void> {
  for (const job of (await opened(store.another(), aheadMs)).jobs) await job();
}

async function aLamp({ products }: Application, restock = 10): Promise<void> {
  const made: ProductChange = { name: 'Lamp', price: 1, currency: 'EUR', restock };
  await products.change('lamp', (at) => changeProduct('lamp', at, made), admin);
}

function restocking(application: Application, key: string, change: ProductChange, ifMatch?: string) {
  const request = {
    entryId: entryIdOf('root', key),
    productId: 'lamp',
    change,
    ...(ifMatch !== undefined && { ifMatch }),
  };
  return application.restocks.restock(request, admin);
}
const stockIn = async ({ products }: Application) => (await products.get('lamp'))?.state.available;

test('a repeat adds nothing and gets the first response, whatever has become of the stock', async () => {
  const inventory = await opened();
  await aLamp(inventory);
  const first = await restocking(inventory, 'a', { restock: 5 });
  expect(first).toMatchObject({ replayed: false, isNew: false, product: { available: 15, version: 2 } });
  await restocking(inventory, 'b', { restock: 5 });
  expect(await restocking(inventory, 'a', { restock: 5 })).toEqual({ ...first, replayed: true });
  expect(await stockIn(inventory)).toBe(20);
});

test('of many at once under one key one is done', async () => {
  const [one, other] = [await opened(), await opened()];
  await aLamp(one);
  const all = [one, other, one, other, one].map((inventory) => restocking(inventory, 'a', { restock: 5 }));
  expect((await Promise.all(all)).map(({ product }) => product.available)).toEqual([15, 15, 15, 15, 15]);
  expect(await stockIn(other)).toBe(15);
});

test.each([
  ['another number', { restock: 6 }],
  ['something besides', { restock: 5, price: 2 }],
])('a key belongs to its request: %s is refused', async (_what, change) => {
  const inventory = await opened();
  await aLamp(inventory);
  await restocking(inventory, 'a', { restock: 5 });
  await expect(restocking(inventory, 'a', change)).rejects.toMatchObject({ code: 'idempotency-key-reused' });
  await expect(restocking(inventory, 'a', { restock: 5 }, '"1"')).rejects.toMatchObject({ kind: 'unprocessable' });
  expect(await stockIn(inventory)).toBe(15);
});

test('each caller has keys of their own', () => {
  expect(entryIdOf('root', 'a')).not.toBe(entryIdOf('ruth', 'a'));
});

test('a refusal is returned again under its key, also when the change would be possible by now', async () => {
  const inventory = await opened();
  await aLamp(inventory, 3);
  for (const _time of [1, 2]) {
    await expect(restocking(inventory, 'a', { restock: -5 })).rejects.toMatchObject({ code: 'stock-below-zero' });
    await restocking(inventory, 'b', { restock: 10 });
  }
  await expect(restocking(inventory, 'c', { restock: 1 }, '"1"')).rejects.toMatchObject({ code: 'version-differs' });
  await expect(restocking(inventory, 'd', { restock: 1, price: 1e12 })).rejects.toMatchObject({
    code: 'price-too-high',
    problems: [{ pointer: '/price', message: 'is too high' }],
  });
  expect(await stockIn(inventory)).toBe(13);
});

test('a product that is created under a key is created once', async () => {
  const inventory = await opened();
  const made = { name: 'Lamp', price: 1, currency: 'EUR', restock: 4 };
  const first = await restocking(inventory, 'a', made);
  expect(first).toMatchObject({ isNew: true, product: { available: 4, version: 1 } });
  expect(await restocking(inventory, 'a', made)).toEqual({ ...first, replayed: true });
});

/** Writes: entry, product, entry, response; or when refused: entry, its undo, the product's marker, entry. After all four nothing is lost. */
const deaths = [0, 1, 2, 3, 4].flatMap((writes) =>
  (['a repeat', 'the sweep'] as const).map((by) => [writes, by] as const),
);

test.each(deaths)('a restock whose process dies after %i writes is finished by %s, once', async (writes, by) => {
  const inventory = await opened();
  await aLamp(inventory);
  const restock = (over = inventory) => restocking(over, 'a', { restock: 5 });
  await restock(await opened(failingAfter(writes, store))).catch(() => undefined);
  await sweep(0);
  await (by === 'the sweep' ? sweep() : restock());
  // Before the first write, nothing of the request is stored.
  expect(await stockIn(inventory)).toBe(by === 'the sweep' && writes === 0 ? 10 : 15);
  expect(await restock()).toMatchObject({ product: { available: 15, version: 2 } });
  await sweep();
  const lamp = await inventory.products.get('lamp');
  expect(lamp?.state.available).toBe(15);
  expect(lamp?.state.moving).toEqual({});
  expect(lamp?.outbox.filter(({ type }) => type === 'inventory.adjusted.v1')).toHaveLength(1);
});

test.each(deaths.filter(([writes]) => writes > 0))(
  'a refusal whose process dies after %i writes is finished by %s, and stays when there is enough',
  async (writes, by) => {
    const inventory = await opened();
    await aLamp(inventory, 3);
    const take = (over = inventory) => restocking(over, 'a', { restock: -5 });
    const refused = { code: 'stock-below-zero' };
    await expect(take(await opened(failingAfter(writes, store)))).rejects.toThrow(writes < 4 ? 'gone' : 'below zero');
    await (by === 'the sweep' ? sweep() : expect(take()).rejects.toMatchObject(refused));
    await restocking(inventory, 'b', { restock: 10 });
    await expect(take()).rejects.toMatchObject(refused);
    await sweep();
    expect(await stockIn(inventory)).toBe(13);
    expect((await inventory.products.get('lamp'))?.state.moving).toEqual({});
  },
);

test('an entry id without an Idempotency-Key is a UUID, too', () => {
  expect(entryIdOf(randomUUID(), 'key')).toMatch(/^[\da-f]{8}-[\da-f]{4}-5/);
});
