import { compile, parseKeys } from '@order-events/contracts';
import { createMessaging } from '@order-events/messaging';
import {
  composeService,
  createAuth,
  createHealth,
  createHttp,
  createLogger,
  createMetrics,
  createRouter,
  type Logger,
  type Part,
  type Service,
  tokenOptionsOf,
} from '@order-events/runtime';
import { createRelay, createSweep, openStartMarks, openStore, watchOutbox } from '@order-events/store';
import { openApplication } from './application.ts';
import type { InventoryConfig } from './config.ts';
import { routes } from './http.ts';

const service = 'inventory';

export interface InventoryOverrides {
  readonly clock: () => Date;
  readonly log: Logger;
}

/** Inventory: holds all lines of an order or none, gives back exactly what it held, and keeps the catalogue. */
export function createInventory(config: InventoryConfig, overrides: Partial<InventoryOverrides> = {}): Service {
  const { clock = () => new Date(), log = createLogger({ service, level: config.LOG_LEVEL }) } = overrides;
  const metrics = createMetrics(service);
  const health = createHealth();
  const keys = parseKeys(config.EVENT_SIGNING_KEYS);
  const auth = createAuth({ ...tokenOptionsOf(config), service, clock });
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
  const relay = createRelay({ publish: messaging.publisher.publish, log, clock });
  watchOutbox(relay, { metrics, health, clock });
  const http = createHttp({ log, metrics, health, host: config.HOST, trustProxy: config.TRUST_PROXY });

  async function* parts(): AsyncGenerator<Part> {
    const store = await openStore(config.STORE_URL);
    yield { name: 'store', stop: () => store.close() };
    health.add('store', () => store.ping().then(() => ({ ok: true })));

    const { products, manualHolds, restocks, handlers, jobs } = await openApplication({
      store,
      keys,
      relay,
      clock,
      log,
    });
    messaging.subscribe('inventory', handlers, { marks: await openStartMarks(store) });
    yield { name: 'messaging', start: messaging.start, stop: messaging.stop };
    yield { name: 'relay', start: () => relay.start(), stop: () => relay.stop() };

    const sweep = createSweep({ jobs: [() => relay.sweep(), ...jobs], log });
    yield { name: 'sweep', start: () => sweep.start(), stop: () => sweep.stop() };

    http.app.use(createRouter(routes({ products, manualHolds, restocks }), { service, auth, compile }));
    yield { name: 'http', start: () => http.start(config.PORT), stop: http.stop };
  }

  return composeService(service, log, parts(), () => http.url);
}
