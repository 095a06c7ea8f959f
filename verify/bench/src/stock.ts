import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderCreated } from '@order-events/contracts';
import { changeProduct, service } from '@order-events/inventory';
import { createRelay, openStore } from '@order-events/store';
import { someParts } from '@order-events/testing';

const openOrders = [600, 5_000, 20_000];
const measured = 500;
const atOnce = 10;
const log = { debug() {}, info() {}, warn() {}, error() {} };

/** Processor time of an order of one product, from order.created to the outbox of inventory, by its open orders. */
export async function measureStock(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-stock-'));
  const store = await openStore(`sqlite:${join(folder, 'inventory.db')}`);
  const relay = createRelay({ publish: async () => undefined, log });
  relay.start();
  const inventory = await service.open(someParts({ store, outbox: () => relay }));
  const product = { name: 'Pen', price: 290, currency: 'EUR', restock: 1_000_000 };
  const cause = { correlationId: 'bench', triggeredBy: 'admin' } as const;
  await inventory.products.change('pen', (at) => changeProduct('pen', at, product), cause);
  const handlers = inventory.subscriptions.flatMap((each) => each.handlers);
  const handler = handlers.find(({ type }) => type === orderCreated.type);

  async function order(count: number): Promise<void> {
    let left = count;
    const customer = async () => {
      while (left-- > 0) {
        const id = randomUUID();
        const items = [{ productId: 'pen', quantity: 1 }];
        const event = {
          id: randomUUID(),
          subject: id,
          correlationid: 'bench',
          userid: 'ada',
          data: { order: { items } },
        };
        await handler?.handle(event as never, {} as never);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, customer));
  }

  let open = 0;
  for (const count of openOrders) {
    await order(count - open);
    const before = process.cpuUsage();
    await order(measured);
    const { user, system } = process.cpuUsage(before);
    open = count + measured;
    const { state } = (await inventory.products.get('pen')) ?? {};
    const ms = ((user + system) / 1_000 / measured).toFixed(2);
    console.log(
      `${count} open orders: ${ms} ms an order; ${state?.held} held, ${Object.keys(state?.moving ?? {}).length} marked`,
    );
  }
  await relay.stop();
  await store.close();
  await rm(folder, { recursive: true });
}
