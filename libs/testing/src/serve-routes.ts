import { compile, type ServiceName } from '@order-events/contracts';
import {
  createAuth,
  createHealth,
  createHttp,
  createLogger,
  createMetrics,
  createRouter,
  type Http,
  type Route,
} from '@order-events/runtime';
import { TEST_ISSUER, TEST_SECRET } from './tokens.ts';

/** Routes of a service on a free port of this machine, behind their guards, with whatever parts they were made of. To be stopped. */
export async function serveRoutes(
  service: ServiceName,
  routes: readonly Route[],
  { requestsPerMinute: limit = 1_000 } = {},
): Promise<Http> {
  const log = createLogger({ service, level: 'error' });
  const http = createHttp({ log, metrics: createMetrics(service), health: createHealth(), host: '127.0.0.1' });
  const auth = createAuth({ secret: TEST_SECRET, issuer: TEST_ISSUER, service });
  http.app.use(createRouter(routes, { service, auth, compile, rateLimit: { limit, windowSeconds: 60 } }));
  await http.start(0);
  return http;
}
