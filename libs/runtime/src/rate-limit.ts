import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { ServiceError } from './errors.ts';

export interface RateLimitOptions {
  /** Requests per window. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** `caller` needs a guard before it; who has none is counted by address. Default `address`. */
  readonly by?: 'address' | 'caller';
}

/** RateLimit and RateLimit-Policy headers on every answer, 429 with Retry-After beyond. Counted per process. */
export function limitRate({ limit, windowSeconds, by = 'address' }: RateLimitOptions): RequestHandler {
  return rateLimit({
    limit,
    windowMs: windowSeconds * 1000,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: by,
    // It would print its doubts about X-Forwarded-For; whom to believe is settled in http.ts.
    validate: false,
    keyGenerator: (req) => (by === 'caller' && req.context.caller?.id) || addressOf(req),
    handler: (_req, _res, next) => {
      const message = `at most ${limit} requests in ${windowSeconds} seconds`;
      next(new ServiceError('rate-limited', 'rate-limited', message));
    },
  });
}

// A whole IPv6 subnet is one client: they get 2^64 addresses each.
function addressOf(req: Request): string {
  return ipKeyGenerator(req.context.ip);
}
