import { compile, parseKeys } from '@order-events/contracts';
import { createMessaging } from '@order-events/messaging';
import {
  type Auth,
  composeService,
  createAuth,
  createClient,
  createHealth,
  createHttp,
  createLogger,
  createMetrics,
  createRouter,
  type Health,
  type Logger,
  type Metrics,
  type Part,
  type Service,
  tokenOptionsOf,
} from '@order-events/runtime';
import {
  createRelay,
  createSweep,
  openStartMarks,
  openStore,
  type Store,
  type Sweep,
  watchOutbox,
} from '@order-events/store';
import { openApplication } from './application.ts';
import type { PaymentsConfig } from './config.ts';
import { routes } from './http.ts';
import { createHttpProvider } from './http-provider.ts';
import { fetchPaymentToken } from './payment-token.ts';

const service = 'payments';
const ordersTimeoutMs = 2_000;

export interface PaymentsOverrides {
  readonly clock: () => Date;
  readonly log: Logger;
}

/** Works on `order.*` and `inventory.reserved`, asks orders for tokens and the provider for money. */
export function createPayments(config: PaymentsConfig, overrides: Partial<PaymentsOverrides> = {}): Service {
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
  });
  const relay = createRelay({ publish: messaging.publisher.publish, log });
  watchOutbox(relay, { metrics, health, clock });
  const http = createHttp({ log, metrics, health, host: config.HOST, trustProxy: config.TRUST_PROXY });
  const calls = callsOut(config, { auth, metrics, log, health });
  let store: Store | undefined;
  let sweep: Sweep | undefined;

  async function open(): Promise<void> {
    const opened = await openStore(config.STORE_URL);
    store = opened;
    health.add('store', () => opened.ping().then(() => ({ ok: true })));
    const { payments, moveMoney, handlers, jobs } = await openApplication({ ...calls, store, relay, keys, clock, log });
    messaging.subscribe('payments', handlers, { marks: await openStartMarks(store) });
    http.app.use(createRouter(routes({ payments, moveMoney, clock, log }), { service, auth, compile }));
    sweep = createSweep({ jobs: [() => relay.sweep(), ...jobs], log });
  }

  const parts: Part[] = [
    { name: 'calls', start: async () => {}, stop: async () => calls.stop() },
    { name: 'store', start: open, stop: async () => store?.close() },
    { name: 'relay', start: async () => relay.start(), stop: () => relay.stop() },
    { name: 'messaging', start: messaging.start, stop: messaging.stop },
    { name: 'sweep', start: async () => sweep?.start(), stop: async () => sweep?.stop() },
    { name: 'http', start: () => http.start(config.PORT), stop: () => http.stop() },
  ];
  return composeService(service, log, parts, () => http.url);
}

interface Watched {
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly health: Health;
}

/** Orders and the provider, each behind its own breaker. */
function callsOut(config: PaymentsConfig, { auth, ...watched }: Watched & { readonly auth: Auth }) {
  const orders = createClient({
    callee: 'orders',
    baseUrl: config.ORDERS_SERVICE_URL,
    timeoutMs: ordersTimeoutMs,
    auth,
    ...watched,
  });
  const provider = createClient({
    callee: 'payment-provider',
    baseUrl: config.PAYMENT_PROVIDER_URL,
    timeoutMs: config.PAYMENT_PROVIDER_TIMEOUT_MS,
    ...watched,
  });
  return {
    provider: createHttpProvider(provider),
    tokenOf: (orderId: string) => fetchPaymentToken(orders, orderId),
    /** The longest call asks orders and then the provider. */
    leaseMs: 2 * (ordersTimeoutMs + config.PAYMENT_PROVIDER_TIMEOUT_MS),
    stop: () => {
      orders.stop();
      provider.stop();
    },
  };
}
