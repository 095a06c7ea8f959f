import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Logger, type RequestContext, ServiceError, sendProblem } from '@order-events/runtime';
import { createProxyMiddleware, type RequestHandler } from 'http-proxy-middleware';
import { upstreamOf } from './routes.ts';

const answerWithinMs = 30_000;

export interface Proxy {
  /** Passes a request on when it has an upstream, else leaves it to what comes next. */
  readonly middleware: RequestHandler;
  /** For the server's `upgrade` event; a path without an upstream is closed. */
  upgrade(req: IncomingMessage, socket: import('node:net').Socket, head: Buffer): void;
}

export function createProxy(routes: Readonly<Record<string, string>>, log: Logger): Proxy {
  const middleware = createProxyMiddleware({
    pathFilter: (_path, req) => upstreamOf(routes, req.url ?? '') !== undefined,
    router: (req) => upstreamOf(routes, req.url ?? '') ?? '',
    proxyTimeout: answerWithinMs,
    on: {
      proxyReq: (proxyReq, req) => {
        for (const [name, value] of Object.entries(passedOn(req))) proxyReq.setHeader(name, value);
      },
      error: (error, req, res) => {
        log.warn('upstream did not answer', { path: req.url?.split('?')[0], error });
        if ('setHeader' in res) sendProblem(res as ServerResponse, new UpstreamDownError(error), contextOf(req));
        else res.destroy();
      },
    },
  });
  return {
    middleware,
    upgrade(req, socket, head) {
      if (upstreamOf(routes, req.url ?? '')) middleware.upgrade(req, socket, head);
      else socket.destroy();
    },
  };
}

class UpstreamDownError extends ServiceError {
  constructor(cause: Error) {
    super('unavailable', 'upstream-down', 'the service behind this path does not answer', {
      cause,
      retryAfterSeconds: 2,
    });
  }
}

// The services believe the gateway alone: what a client claims about its address is replaced.
function passedOn(req: IncomingMessage): Record<string, string> {
  const context = contextOf(req);
  if (!context) return {};
  const { requestId, traceparent, ip } = context;
  return { 'x-request-id': requestId, traceparent, 'x-forwarded-for': ip };
}

function contextOf(req: IncomingMessage): RequestContext | undefined {
  return (req as IncomingMessage & { context?: RequestContext }).context;
}
