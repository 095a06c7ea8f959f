import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { clientAddress } from './client-address.ts';
import type { Caller } from './token.ts';
import { childOf, formatTraceparent, newTrace, parseTraceparent, withTrace } from './trace.ts';

/** What is known of a request from the start; what it causes carries it on. */
export interface RequestContext {
  /** A UUID: the caller's X-Request-Id when that is one. */
  readonly requestId: string;
  /** This hop of the caller's trace, or a new trace. */
  readonly traceparent: string;
  readonly tracestate: string | undefined;
  readonly traceId: string;
  /** Where the request came from: see clientAddress. */
  readonly ip: string;
  readonly userAgent: string | undefined;
  /** Set by a guard: see callerOf. */
  caller?: Caller;
}

declare module 'express-serve-static-core' {
  interface Request {
    context: RequestContext;
  }
}

export const requestContext: RequestHandler = (req, res, next) => {
  const received = parseTraceparent(req.headers.traceparent, req.headers.tracestate);
  const trace = received ? childOf(received) : newTrace();
  const traceparent = formatTraceparent(trace);
  const requestId = uuidOf(req.headers['x-request-id']) ?? randomUUID();
  req.context = {
    requestId,
    traceparent,
    tracestate: trace.tracestate,
    traceId: trace.traceId,
    ip: clientAddress(req.socket.remoteAddress, req.get('x-forwarded-for'), req.app.get('trust proxy fn')),
    userAgent: req.headers['user-agent']?.slice(0, 256),
  };
  res.setHeader('X-Request-Id', requestId);
  res.setHeader('traceparent', traceparent);
  withTrace(trace, next);
};

// Only a UUID: it ends up in logs and events, where free text (a card number, say) has no place.
function uuidOf(header: unknown): string | undefined {
  return typeof header === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(header) ? header : undefined;
}
