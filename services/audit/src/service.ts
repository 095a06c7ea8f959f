import { randomUUID } from 'node:crypto';
import { parseKeys } from '@order-events/contracts';
import { createLetters, createMessaging } from '@order-events/messaging';
import {
  composeService,
  createAuth,
  createHealth,
  createHttp,
  createLogger,
  createMetrics,
  type Logger,
  type Part,
  type Service,
  tokenOptionsOf,
} from '@order-events/runtime';
import { createSweep, openStartMarks, openStore } from '@order-events/store';
import { openApplication } from './application.ts';
import type { AuditConfig } from './config.ts';
import { openDeadLetters } from './dead-letters.ts';
import { internalRoutes } from './http.ts';
import { rawEventRoutes } from './raw-events.ts';

const service = 'audit';

export interface AuditOverrides {
  readonly log: Logger;
  readonly clock: () => Date;
}

/** Audit: hears everything, keeps every event once, tells what happened to an order, and serves the dead letters. */
export function createAudit(config: AuditConfig, overrides: Partial<AuditOverrides> = {}): Service {
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
  const letters = createLetters({ url: config.RABBITMQ_URL, service, log });
  const http = createHttp({ log, metrics, health, host: config.HOST, trustProxy: config.TRUST_PROXY });
  const duplicates = metrics.counter('audit_duplicates_total', 'Events that came again with the same bytes');

  async function* parts(): AsyncGenerator<Part> {
    const store = await openStore(config.STORE_URL);
    yield { name: 'store', stop: () => store.close() };
    health.add('store', () => store.ping().then(() => ({ ok: true })));

    const { eventLog, handlers } = await openApplication(store, () => duplicates.inc());
    messaging.subscribe('audit', handlers, { marks: await openStartMarks(store) });
    yield { name: 'messaging', start: messaging.start, stop: messaging.stop };

    yield { name: 'letters', start: letters.start, stop: letters.stop };
    const deadLetters = await openDeadLetters({
      store,
      letters,
      eventLog,
      auth,
      keys,
      log,
      clock,
      instance: randomUUID(),
    });
    yield { name: 'dead letters', start: deadLetters.start, stop: deadLetters.stop };
    const sweep = createSweep({ jobs: [deadLetters.resumeAbandoned], log });
    yield { name: 'sweep', start: () => sweep.start(), stop: () => sweep.stop() };

    http.app.use(internalRoutes({ auth, eventLog }));
    http.app.use(rawEventRoutes({ auth, eventLog }));
    http.app.use('/api/v1/dlq', deadLetters.routes);
    yield { name: 'http', start: () => http.start(config.PORT), stop: http.stop };
  }

  return composeService(service, log, parts(), () => http.url);
}
