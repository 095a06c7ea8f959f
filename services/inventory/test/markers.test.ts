import { expect, test } from '@jest/globals';
import { orderCreated } from '@order-events/contracts';
import type { Store } from '@order-events/store';
import { someParts } from '@order-events/testing';
import { MemoryStore } from '@order-events/testing/memory-store';
import { changeProduct } from '../src/product.ts';
import { service } from '../src/service.ts';
import { failingAfter } from './failing-store.ts';

const orderId = '0c9f3b52-8a43-4d8e-9b0a-3f0f6f1f7d11';
const admin = { correlationId: 'a', triggeredBy: 'admin' } as const;

async function opened(store: Store) {
  const { subscriptions, ...inventory } = await service.open(someParts({ store }));
  return { ...inventory, handlers: subscriptions.flatMap(({ handlers }) => handlers) };
}

test.each([0, 1])(
  'a sweep that dies after %i writes loses no unit, and the markers are dropped once',
  async (writes) => {
    const store = new MemoryStore();
    const { products, handlers, jobs } = await opened(store);
    const made = { name: 'Lamp', price: 1, currency: 'EUR', restock: 10 };
    await products.change('lamp', (at) => changeProduct('lamp', at, made), admin);
    const data = { order: { items: [{ productId: 'lamp', quantity: 2 }] } };
    const event = { id: 'e', type: orderCreated.type, subject: orderId, correlationid: 'c', data };
    await handlers.find(({ type }) => type === orderCreated.type)?.handle(event as never, {} as never);
    const before = await products.get('lamp');
    expect(before?.state.moving).toEqual({ [orderId]: 1 });

    for (const job of (await opened(failingAfter(writes, store))).jobs) await job();
    const left = await products.get('lamp');
    expect(left?.state.moving).toEqual(writes === 0 ? { [orderId]: 1 } : {});
    for (const _time of [1, 2]) for (const job of jobs) await job();
    const after = await products.get('lamp');
    expect(after).toEqual({ ...before, rev: (before?.rev ?? 0) + 1, state: { ...before?.state, moving: {} } });
    expect(after?.state).toMatchObject({ available: 8, held: 2 });
  },
);
