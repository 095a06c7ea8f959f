import { type SealingKey, seal } from '@order-events/contracts';
import { type Caller, callerOf } from '@order-events/runtime';
import type { Cause } from '@order-events/store';
import type { Request } from 'express';
import type { DecisionContext } from './order.ts';

/** A person's request as the domain needs it: the caller, the time, and the metadata of the events it causes. */
export interface RequestContext {
  readonly caller: Caller;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly cause: Cause;
  /** The context of a decision about the order with this key: IP address and user agent are sealed with it. */
  decisionContext(key: SealingKey): DecisionContext;
}

/** Call it on authenticated routes only. */
export function requestContextOf(req: Request, now: Date): RequestContext {
  const { requestId, traceparent, tracestate, ip, userAgent } = req.context;
  const caller = callerOf(req);
  const at = now.toISOString();
  return {
    caller,
    at,
    cause: {
      correlationId: requestId,
      triggeredBy: caller.role === 'admin' ? 'admin' : 'user',
      traceparent,
      ...(tracestate !== undefined && { tracestate }),
    },
    decisionContext: (key) => ({
      at,
      meta: { ipAddress: seal(key, ip), ...(userAgent !== undefined && { userAgent: seal(key, userAgent) }) },
    }),
  };
}
