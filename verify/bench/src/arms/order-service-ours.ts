import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type CloudEvent, consumerOf, type KeyRing, orderCancelled } from '@order-events/contracts';
import { createMessaging, type Messaging } from '@order-events/messaging';
import { createLogger, createMetrics } from '@order-events/runtime';
import { causeOf, createDocuments, createRelay, decide, openStore, type Store } from '@order-events/store';
import { inWindow, newIds } from './arm.ts';
import { countdown, hearers, type OrderService, people, prefetch } from './order-service.ts';

const source = '/services/orders';
const cause = { correlationId: 'bench', triggeredBy: 'system' } as const;

interface Effect {
  readonly event: CloudEvent;
}

/** This project's libs, as its services use them: outbox and relay, signature, schema, and what was seen in the write of the effect. */
export async function createOrdersOurs(url: string, folder: string, keys: KeyRing): Promise<OrderService> {
  const log = createLogger({ service: 'bench', level: 'error' });
  const metrics = createMetrics('bench');
  const done = countdown();
  const connect = (service: string) => createMessaging({ url, service, keys, log, metrics });
  const openOne = () => openStore(`sqlite:${join(folder, `${randomUUID()}.db`)}`);

  const messaging = connect('orders');
  const store = await openOne();
  const collection = await store.collection<{ readonly order: typeof orderCancelled.example }>('orders');
  const relay = createRelay({ publish: messaging.publisher.publish, log });
  relay.watch(collection);
  const orders = createDocuments(collection, { source, keys, relay, keepsSeen: false });
  await messaging.start();
  relay.start();
  const hearing = await Promise.all(hearers.map(hear));

  async function hear(queue: (typeof hearers)[number]): Promise<[Messaging, Store]> {
    const own = await openOne();
    const inbox = createDocuments<Effect>(await own.collection('effects'), {
      source,
      keys,
      relay: createRelay({ publish: async () => undefined, log }),
      keepsSeen: true,
    });
    const handle = async (event: CloudEvent) => {
      await inbox.change(event.subject, () => decide({ event }), causeOf(event));
      done.heard();
    };
    const { consumes } = consumerOf(queue);
    const service = connect(queue);
    const types = consumes === '#' ? ['#'] : consumes;
    service.subscribe(
      queue,
      types.map((type) => ({ type, handle })),
      { prefetch },
    );
    await service.start();
    return [service, own];
  }

  return {
    name: 'ours',
    async take(count) {
      const all = done.wait(count * hearers.length);
      const order = orderCancelled.example;
      await inWindow(newIds(count), people, (id) =>
        orders.change(id, () => decide({ order }, orderCancelled(order)), cause),
      );
      await all;
      await relay.idle();
    },
    async close() {
      for (const [service, own] of hearing) {
        await service.stop();
        await own.close();
      }
      await relay.stop();
      await messaging.stop();
      await store.close();
    },
  };
}
