import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { inventoryReserved, orderCancelled, orderCreated, orderStatusChanged } from '@order-events/contracts';
import { on } from '@order-events/messaging';
import { causeOf, createDocuments, decide } from '@order-events/store';
import { anOrder, eventually, type Surroundings, startSurroundings } from '@order-events/testing';
import { MemoryStore } from '@order-events/testing/memory-store';
import { defineService } from '../src/index.ts';

let around: Surroundings;

beforeAll(async () => {
  around = await startSurroundings('inventory');
});
afterAll(() => around.stop());

test('the events of a message that was in hand at the stop are published before the stop has ended', async () => {
  const store = new MemoryStore();
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const service = defineService({
    name: 'inventory',
    async open({ store, keys, clock, outbox }) {
      const relay = outbox();
      const collection = await store.collection<string>('held');
      relay.watch(collection);
      const held = createDocuments(collection, { source: '/services/inventory', keys, relay, clock, keepsSeen: true });
      const nothing = async () => {};
      const handlers = [
        on(orderCreated, async (event) => {
          begun.resolve();
          await gate.promise;
          const reserved = inventoryReserved({ orderId: event.subject, items: [{ productId: 'pen', quantity: 1 }] });
          await held.change(event.subject, () => decide('held', reserved), causeOf(event));
        }),
        on(orderStatusChanged, nothing),
        on(orderCancelled, nothing),
      ];
      return { subscriptions: [{ queue: 'inventory', handlers }] };
    },
  }).create(around.env, { store: store.another() });
  await service.start();
  const order = anOrder({ id: randomUUID() });
  await around.publish(orderCreated({ order }), { subject: order.id });
  await begun.promise;
  const stopping = service.stop();
  gate.resolve();
  await stopping;

  const stored = await (await store.collection<string>('held')).get(order.id);
  expect(stored).toMatchObject({ state: 'held', outbox: [] });
  await eventually(() => expect(around.published.map(({ type }) => type)).toContain('inventory.reserved.v1'));
});
