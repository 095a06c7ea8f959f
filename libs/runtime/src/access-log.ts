import type { Request, RequestHandler } from 'express';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

const quiet = new Set(['/livez', '/readyz', '/metrics']);

/**
 * One line and one measurement per request, when its answer has left or its connection broke. A proxy says in res.locals
 * which `route` (the public prefix) and which `upstream` it took.
 */
export function accessLog(log: Logger, metrics: Metrics): RequestHandler {
  const duration = metrics.histogram(
    'http_server_request_duration_seconds',
    'Time from request to the end of the answer',
    ['method', 'route', 'status'],
  );
  return (req, res, next) => {
    const began = performance.now();
    const { path } = req;
    res.once('close', () => {
      const milliseconds = performance.now() - began;
      const status = res.writableFinished ? String(res.statusCode) : 'aborted';
      const { route = routeOf(req), upstream, code } = res.locals;
      duration.observe({ method: req.method, route, status }, milliseconds / 1000);
      log[quiet.has(path) ? 'debug' : 'info']('request', {
        method: req.method,
        path: path.slice(0, 256),
        route,
        upstream,
        status,
        // Unless somebody here cut the answer, and said so, it was the client.
        code: code ?? (status === 'aborted' ? 'client-gone' : undefined),
        milliseconds: Math.round(milliseconds * 10) / 10,
        requestId: req.context.requestId,
        traceId: req.context.traceId,
        caller: req.context.caller?.id,
      });
    });
    next();
  };
}

/** The template ('/orders/:id'), so that there are as many labels as routes, whatever is asked for. */
function routeOf(req: Request): string {
  const template: unknown = req.route?.path;
  return typeof template === 'string' ? req.baseUrl + template : 'unmatched';
}
