import { parseKeys } from '@order-events/contracts';
import { createMessaging } from '@order-events/messaging';
import {
  composeService,
  createAuth,
  createClient,
  createHealth,
  createHttp,
  createLogger,
  createMetrics,
  type Logger,
  limitRate,
  type Part,
  type Service,
  tokenOptionsOf,
} from '@order-events/runtime';
import { createRelay, createSweep, openStartMarks, openStore, watchOutbox } from '@order-events/store';
import { openApplication } from './application.ts';
import type { OrdersConfig } from './config.ts';
import { orderRoutes } from './http.ts';
import { internalRoutes } from './internal-http.ts';
import { createOrderHistory } from './order-history.ts';

const service = 'orders';
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export interface OrdersOverrides {
  readonly clock: () => Date;
  readonly log: Logger;
}

/** Orders: takes them over HTTP, hears what inventory and payments answer, and says what becomes of each. */
export function createOrders(config: OrdersConfig, overrides: Partial<OrdersOverrides> = {}): Service {
  const { clock = () => new Date(), log = createLogger({ service, level: config.LOG_LEVEL }) } = overrides;
  const metrics = createMetrics(service);
  const health = createHealth();
  const keys = parseKeys(config.EVENT_SIGNING_KEYS);
  const auth = createAuth({ ...tokenOptionsOf(config), service });
  const messaging = createMessaging({
    url: config.RABBITMQ_URL,
    managementUrl: config.RABBITMQ_MANAGEMENT_URL,
    service,
    keys,
    log,
    metrics,
    health,
    clock,
  });
  const relay = createRelay({
    publish: messaging.publisher.publish,
    log,
    clock,
    limits: { known: config.OUTBOX_LIMIT },
  });
  const hasRoom = () => relay.pending() < config.OUTBOX_LIMIT;
  watchOutbox(relay, { metrics, health, clock });
  const http = createHttp({ log, metrics, health, host: config.HOST, trustProxy: config.TRUST_PROXY });
  const inventory = createClient({
    callee: 'inventory',
    baseUrl: config.PRODUCTS_SERVICE_URL,
    auth,
    metrics,
    log,
    health,
  });
  const audit = createClient({ callee: 'audit', baseUrl: config.AUDIT_SERVICE_URL, auth, metrics, log, health });

  async function* parts(): AsyncGenerator<Part> {
    const store = await openStore(config.STORE_URL);
    yield { name: 'store', stop: () => store.close() };
    health.add('store', () => store.ping().then(() => ({ ok: true })));
    yield { name: 'inventory', stop: inventory.stop };
    yield { name: 'audit', stop: audit.stop };

    const limits = {
      confirmation: config.CONFIRM_WITHIN_MINUTES * minuteMs,
      capture: config.CAPTURE_WITHIN_MINUTES * minuteMs,
    };
    const deliveryMs = config.DELIVERY_DAYS * dayMs;
    const given = { store, relay, keys, clock, inventory, deliveryMs, hasRoom, limits, log };
    const { orders, placeOrder, handlers, jobs } = await openApplication(given);
    const consumer = messaging.subscribe(service, handlers, { marks: await openStartMarks(store) });
    yield { name: 'messaging', start: messaging.start, stop: messaging.stop };
    yield { name: 'relay', start: () => relay.start(), stop: () => relay.stop() };

    const sweep = createSweep({ jobs: [() => relay.sweep(), ...jobs(consumer)], log });
    yield { name: 'sweep', start: () => sweep.start(), stop: () => sweep.stop() };

    const rate = limitRate({ limit: config.REQUESTS_PER_MINUTE, windowSeconds: 60, by: 'caller' });
    const historyOf = createOrderHistory(audit);
    http.app.use('/api/v1/orders', orderRoutes({ auth, orders, placeOrder, historyOf, limitRate: rate, clock }));
    http.app.use('/internal', internalRoutes({ auth, orders }));
    yield { name: 'http', start: () => http.start(config.PORT), stop: http.stop };
  }

  return composeService(service, log, parts(), () => http.url);
}
