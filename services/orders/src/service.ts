import { defineService } from '@order-events/service';
import { openCatalogue } from './catalogue.ts';
import { ordersSettings } from './config.ts';
import { routes } from './http.ts';
import { createOrderHistory } from './order-history.ts';
import { openOrderStore } from './order-store.ts';
import { createPlaceOrder } from './place-order.ts';
import { subscriptions } from './subscriptions.ts';
import { createTimeLimits, limitsOf } from './time-limits.ts';

const dayMs = 24 * 60 * 60_000;

/** Orders: accepts them over HTTP, consumes what inventory and payments publish, and publishes what becomes of each. */
export const service = defineService({
  name: 'orders',
  settings: ordersSettings,
  async open({ config, store, keys, clock, log, client, outbox, consumer }) {
    const { OUTBOX_LIMIT, DELIVERY_DAYS, REQUESTS_PER_MINUTE: limit } = config;
    const relay = outbox({ known: OUTBOX_LIMIT });
    const orders = await openOrderStore(store, { keys, relay, clock });
    const catalogue = await openCatalogue(store, { keys, relay, clock, inventory: client('inventory') });
    const hasRoom = () => relay.pending() < OUTBOX_LIMIT;
    const placeOrder = createPlaceOrder({ orders, catalogue, hasRoom, deliveryMs: DELIVERY_DAYS * dayMs });
    const historyOf = createOrderHistory(client('audit'));
    return {
      orders,
      placeOrder,
      subscriptions: [{ queue: 'orders', handlers: subscriptions({ orders, catalogue, clock }) }],
      jobs: createTimeLimits({ orders, consumer: consumer('orders'), clock, limits: limitsOf(config), log }),
      routes: routes({ orders, placeOrder, historyOf, clock }),
      requestsPerMinute: limit,
    };
  },
});
