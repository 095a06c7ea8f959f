import { type SealingKey, seal } from '@order-events/contracts';
import { type Caller, callerOf } from '@order-events/runtime';
import type { Cause } from '@order-events/store';
import type { Request } from 'express';
import type { Occasion } from './order.ts';

/** A person's request, in the words of the domain: who asks, when, and what the events it causes tell of it. */
export interface Visit {
  readonly caller: Caller;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly cause: Cause;
  /** Address and browser are sealed with the order's key before they go anywhere. */
  occasion(key: SealingKey): Occasion;
}

/** Behind a guard only. */
export function visitOf(req: Request, now: Date): Visit {
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
    occasion: (key) => ({
      at,
      meta: { ipAddress: seal(key, ip), ...(userAgent !== undefined && { userAgent: seal(key, userAgent) }) },
    }),
  };
}
