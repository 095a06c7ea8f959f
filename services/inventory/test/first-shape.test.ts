import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import { type Collection, newDocument, type Store } from '@order-events/store';
import { someParts } from '@order-events/testing';
import { MemoryStore } from '@order-events/testing/memory-store';
import type { FirstProduct, FirstReservation } from '../src/first-shape.ts';
import type { Reservation } from '../src/reservation.ts';
import { service } from '../src/service.ts';
import { failingAfter } from './failing-store.ts';

const at = '2026-11-01T10:00:00.000Z';
const cause = { correlationId: 'c', triggeredBy: 'system' } as const;
const admin = { correlationId: 'a', triggeredBy: 'admin' } as const;

let store: MemoryStore;
let products: Collection<FirstProduct>;
let reservations: Collection<FirstReservation>;

beforeEach(async () => {
  store = new MemoryStore();
  products = await store.collection('products');
  reservations = await store.collection('reservations', {
    indexes: { underWay: ({ status, changedAt }) => (status.endsWith('ing') ? changedAt : undefined) },
  });
});

/** An order of one lamp and two pens, as it was stored. */
async function aReservation(status: FirstReservation['status'], more: Partial<FirstReservation> = {}): Promise<string> {
  const orderId = randomUUID();
  const lines = [
    { productId: 'lamp', quantity: 1 },
    { productId: 'pen', quantity: 2 },
  ];
  const refusal = { code: 'out-of-stock' as const, shortages: [{ productId: 'pen', requested: 2, available: 0 }] };
  const state = { orderId, lines, cause, changedAt: at, status, ...(/^reject/.test(status) && { refusal }), ...more };
  await reservations.insert(newDocument(orderId, state));
  return orderId;
}

/** There are a hundred of each, those that are held among them. */
async function stored(holds: Readonly<Record<'lamp' | 'pen', Readonly<Record<string, number>>>>): Promise<void> {
  for (const [id, held] of Object.entries(holds)) {
    const available = Object.values(held).reduce((left, units) => left - units, 100);
    const fields = { name: id, price: 1, currency: 'EUR', lowStockAt: 0, sold: 0 };
    await products.insert(newDocument(id, { ...fields, available, holds: held }));
  }
}

async function opened(over: Store = store.another()) {
  const application = await service.open(someParts({ store: over }));
  const handlers = application.subscriptions.flatMap((each) => each.handlers);
  const sweep = async () => {
    for (const job of application.jobs) await job();
  };
  const stock = async () => {
    const all = await Promise.all(['lamp', 'pen'].map((id) => application.products.get(id)));
    return all.map((product) => {
      return [product?.state.available, product?.state.held, product?.state.sold];
    });
  };
  const stateOf = async (id: string) => (await application.reservations.get(id))?.state as Reservation;
  return { ...application, handlers, sweep, stock, stateOf };
}

test('held units stay held; a cancel and a dispatch end the hold', async () => {
  const [kept, gone, sent] = [
    await aReservation('reserved'),
    await aReservation('reserved'),
    await aReservation('reserved'),
  ];
  const ids = [kept, gone, sent];
  const each = (units: number) => Object.fromEntries(ids.map((id) => [id, units]));
  await stored({ lamp: each(1), pen: each(2) });
  const { stock, sweep, handlers, stateOf } = await opened();
  expect(await stock()).toEqual([
    [97, 3, 0],
    [94, 6, 0],
  ]);
  const deliver = (type: string, id: string, data: object) => {
    const items = [{ productId: 'lamp', quantity: 1 }];
    const event = { id: randomUUID(), type, subject: id, correlationid: 'c', data: { order: { items }, ...data } };
    return handlers.find((handler) => handler.type === type)?.handle(event as never, {} as never);
  };
  await deliver('order.cancelled.v1', gone, {});
  await deliver('order.status_changed.v1', sent, { newStatus: 3 });
  await sweep();
  expect(await stock()).toEqual([
    [98, 1, 1],
    [96, 2, 2],
  ]);
  expect(await Promise.all(ids.map(async (id) => (await stateOf(id)).status))).toEqual([
    'reserved',
    'released',
    'shipped',
  ]);
});

test.each<[string, FirstReservation['status'], ('lamp' | 'pen')[], string, number]>([
  ['holding, one line held', 'reserving', ['lamp'], 'reserved', 1],
  ['holding, nothing held', 'reserving', [], 'reserved', 1],
  ['holding, all held', 'reserving', ['lamp', 'pen'], 'reserved', 1],
  ['rejecting, one line held', 'rejecting', ['lamp'], 'rejected', 0],
  ['rejecting, nothing held', 'rejecting', [], 'rejected', 0],
  ['releasing, all held', 'releasing', ['lamp', 'pen'], 'released', 0],
  ['releasing, one line held', 'releasing', ['pen'], 'released', 0],
  ['released, and a stalled handler held a line after all', 'released', ['lamp'], 'released', 0],
  ['rejected, and a stalled handler held a line after all', 'rejected', ['pen'], 'rejected', 0],
])('a reservation that was %s goes on exactly there', async (_what, status, held, ends, share) => {
  const id = await aReservation(status);
  const holdOf = (product: 'lamp' | 'pen', units: number) => (held.includes(product) ? { [id]: units } : {});
  await stored({ lamp: holdOf('lamp', 1), pen: holdOf('pen', 2) });
  const { stock, sweep, stateOf, reservations: now } = await opened();
  await sweep();
  expect(await stateOf(id)).toMatchObject({ status: ends });
  expect(await stateOf(id)).not.toHaveProperty('pending');
  expect(await stock()).toEqual([
    [100 - share, share, 0],
    [100 - 2 * share, 2 * share, 0],
  ]);
  const saysAnything = !status.endsWith('ed');
  expect((await now.get(id))?.version).toBe(saysAnything ? 1 : 0);
});

test('a reservation that ended and was checked again stays as it is', async () => {
  const id = await aReservation('released', { rechecked: true });
  await stored({ lamp: {}, pen: {} });
  const { sweep, stateOf, reservations: now } = await opened();
  await sweep();
  expect(await stateOf(id)).toMatchObject({ status: 'released', n: 2 });
  expect((await now.get(id))?.rev).toBe(1);
});

test('stock held by hand gets a reservation for each product, and is released like any other', async () => {
  await stored({ lamp: { 'manual:fair-2026': 4 }, pen: { 'manual:fair-2026': 6, 'manual:constructor': 1 } });
  const { stock, manualHolds } = await opened();
  expect(await stock()).toEqual([
    [96, 4, 0],
    [93, 7, 0],
  ]);
  const kept = { productId: 'lamp', orderId: 'fair-2026', quantity: 4 };
  await manualHolds.reserve(kept, admin);
  await expect(manualHolds.release({ ...kept, quantity: 3 }, admin)).rejects.toThrow('holds 4 of product lamp');
  await manualHolds.release(kept, admin);
  await manualHolds.release({ ...kept, productId: 'pen', orderId: 'constructor', quantity: 1 }, admin);
  expect(await stock()).toEqual([
    [100, 0, 0],
    [94, 6, 0],
  ]);
});

test.each([0, 1, 2, 3, 4])(
  'a carry-over that dies after %i writes is finished by the next, and two at once do it once',
  async (writes) => {
    await stored({ lamp: { 'manual:fair': 4 }, pen: { 'manual:fair': 6 } });
    const died = await opened(failingAfter(writes, store)).then(
      () => false,
      () => true,
    );
    // Two products, and a reservation by hand of each.
    expect(died).toBe(writes < 4);
    const [{ stock, manualHolds }] = await Promise.all([opened(), opened()]);
    expect(await stock()).toEqual([
      [96, 4, 0],
      [94, 6, 0],
    ]);
    await manualHolds.release({ productId: 'lamp', orderId: 'fair', quantity: 4 }, admin);
    await manualHolds.release({ productId: 'pen', orderId: 'fair', quantity: 6 }, admin);
    expect(await stock()).toEqual([
      [100, 0, 0],
      [100, 0, 0],
    ]);
  },
);

test('events that were not published yet are kept, and versions go on', async () => {
  const outbox = [{ id: randomUUID(), sequence: 3, at, type: 'product.changed.v1', body: '{}', signature: 's' }];
  const state = { name: 'lamp', price: 1, currency: 'EUR', lowStockAt: 0, sold: 0, available: 5, holds: {} };
  await products.insert({ ...newDocument('lamp', state), version: 3, outbox });
  const { products: now } = await opened();
  expect(await now.get('lamp')).toMatchObject({ version: 3, outbox, state: { available: 5, held: 0 } });
});

test('markers of the many orders that a product held are dropped by sweeps', async () => {
  const ids = await Promise.all(Array.from({ length: 1_200 }, () => aReservation('reserved')));
  const each = (units: number) => Object.fromEntries(ids.map((id) => [id, units]));
  await stored({ lamp: each(0), pen: each(0) });
  const { sweep, products: now } = await opened();
  for (const _round of [1, 2, 3]) await sweep();
  expect((await now.get('lamp'))?.state.moving).toEqual({});
});
