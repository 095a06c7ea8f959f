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
import { publicRoutes } from './routes.ts';

/** The one public port: passes each request to the service that owns its path. Keeps nothing, decides nothing. */
export function createGateway(config: GatewayConfig): Service {
  const log = createLogger({ service: 'gateway', level: config.LOG_LEVEL });
  const http = createHttp({
    log,
    metrics: createMetrics('gateway'),
    health: createHealth(),
    host: config.HOST,
    trustProxy: config.TRUST_PROXY,
    bodyLimit: 'unread',
  });
  const proxy = createProxy(publicRoutes(config), log);
  http.app.use(proxy.middleware);
  http.server.on('upgrade', proxy.upgrade);
  const listening = { name: 'http', start: () => http.start(config.PORT), stop: http.stop };
  return composeService('gateway', log, [listening], () => http.url);
}
