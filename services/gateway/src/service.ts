import {
  composeService,
  createHealth,
  createHttp,
  createLogger,
  createMetrics,
  type Service,
} from '@order-events/runtime';
import type { GatewayConfig } from './config.ts';
import { createProxy } from './proxy.ts';
import { livePath } from './routes.ts';
import { serveUpgrades } from './upgrades.ts';

export interface Gateway extends Service {
  /** Where /livez, /readyz and /metrics answer; known after start. */
  readonly operationsUrl: string;
}

/** The one public port: passes each request to the service that owns its path. Keeps nothing, decides nothing. */
export function createGateway(config: GatewayConfig): Gateway {
  const log = createLogger({ service: 'gateway', level: config.LOG_LEVEL });
  const [metrics, health] = [createMetrics('gateway'), createHealth()];
  const common = { log, metrics, health, host: config.HOST };
  const operations = createHttp(common);
  const http = createHttp({
    ...common,
    trustProxy: config.TRUST_PROXY,
    bodyLimit: 'unread',
    operations: false,
    upgradePath: livePath,
  });
  const proxy = createProxy(config, metrics);
  http.app.use(proxy.handler);
  serveUpgrades(http.server, http.app);

  const parts = [
    { name: 'operations', start: () => operations.start(config.OPERATIONS_PORT), stop: operations.stop },
    { name: 'proxy', stop: async () => proxy.stop() },
    { name: 'http', start: () => http.start(config.PORT), stop: http.stop },
  ];
  const { name, start, stop } = composeService('gateway', log, parts, () => http.url);
  return {
    name,
    start,
    stop,
    get url() {
      return http.url;
    },
    get operationsUrl() {
      return operations.url;
    },
  };
}
