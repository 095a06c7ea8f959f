import type { Server } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import { accessLog } from './access-log.ts';
import type { Health } from './health.ts';
import { createHttpServer, type HttpServerOptions } from './http-server.ts';
import { jsonBody } from './json-body.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { noSuchRoute } from './no-such-route.ts';
import { operations } from './operations.ts';
import { problemHandler } from './problem.ts';
import { limitRate, type RateLimitOptions } from './rate-limit.ts';
import { requestContext } from './request-context.ts';

export interface HttpOptions extends HttpServerOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** HOST: address to listen on (default: every one). */
  readonly host?: string | undefined;
  /** TRUST_PROXY: whose X-Forwarded-For is believed (default: nobody’s). */
  readonly trustProxy?: string | undefined;
  /** Largest JSON body in bytes (default 256 KiB). `unread` leaves every body to the routes: for a proxy. */
  readonly bodyLimit?: number | 'unread';
  /** Whether /livez, /readyz and /metrics answer here (default true). A public port leaves them to one of their own. */
  readonly operations?: boolean;
  /** For all routes but /livez, /readyz and /metrics. */
  readonly rateLimit?: RateLimitOptions;
}

export interface Http {
  /** Register routes before start. Handlers may be async and throw: every error becomes a problem document. */
  readonly app: Express;
  /** For what shares the port, such as Socket.IO. */
  readonly server: Server;
  /** Where it answers on this machine; known after start. */
  readonly url: string;
  start(port: number): Promise<void>;
  /** Readiness fails from here on; requests that run are finished within 10 s. */
  stop(): Promise<void>;
}

export function createHttp(options: HttpOptions): Http {
  const { log, metrics, health, host, trustProxy, bodyLimit = 256 * 1024, rateLimit } = options;
  const hasOperations = options.operations ?? true;
  const app = express();
  app.disable('x-powered-by');
  // Versions of documents are the ETags here, not hashes of answers.
  app.disable('etag');
  app.enable('case sensitive routing');
  app.set('trust proxy', trustProxy ?? false);
  app.use(requestContext, securityHeaders, accessLog(log, metrics));
  if (hasOperations) app.use(operations(health, metrics));
  if (rateLimit) app.use(limitRate(rateLimit));
  if (bodyLimit !== 'unread') app.use(...jsonBody(bodyLimit));

  const http = createHttpServer(app, options);
  let url = '';
  return {
    app,
    server: http.server,
    get url() {
      return url;
    },
    async start(port) {
      app.use(noSuchRoute(app), problemHandler(log));
      url = urlOf(host, await http.listen(port, host));
    },
    async stop() {
      health.drain();
      await http.close();
    },
  };
}

const securityHeaders: RequestHandler = (_req, res, next) => {
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Content-Security-Policy', "frame-ancestors 'none'");
  res.setHeader('Cache-Control', 'no-store');
  next();
};

function urlOf(host: string | undefined, port: number): string {
  const reachable = !host || host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
