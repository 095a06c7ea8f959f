import { compile } from '@order-events/contracts';
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
import { openStore } from '@order-events/store';
import type { CustomersConfig } from './config.ts';
import { openCustomers } from './customer-store.ts';
import { routes } from './http.ts';

const service = 'customers';

export interface CustomersOverrides {
  readonly clock: () => Date;
  readonly log: Logger;
}

/** Customers: keeps people's profiles, and tells mail where to go. */
export function createCustomers(config: CustomersConfig, overrides: Partial<CustomersOverrides> = {}): Service {
  const { clock = () => new Date(), log = createLogger({ service, level: config.LOG_LEVEL }) } = overrides;
  const metrics = createMetrics(service);
  const health = createHealth();
  const auth = createAuth({ ...tokenOptionsOf(config), service, clock });
  const http = createHttp({ log, metrics, health, host: config.HOST, trustProxy: config.TRUST_PROXY });

  async function* parts(): AsyncGenerator<Part> {
    const store = await openStore(config.STORE_URL);
    yield { name: 'store', stop: () => store.close() };
    health.add('store', () => store.ping().then(() => ({ ok: true })));

    http.app.use(createRouter(routes({ customers: await openCustomers(store), clock }), { service, auth, compile }));
    yield { name: 'http', start: () => http.start(config.PORT), stop: http.stop };
  }

  return composeService(service, log, parts(), () => http.url);
}
