import type { Metrics } from '@order-events/runtime';
import type { Answer } from './ask.ts';
import { UpstreamFullError } from './errors.ts';
import type { Route } from './routes.ts';

/** A number of places, of which each exchange with a service takes one. Nobody waits for a place. */
export interface Pool {
  /** Throws UpstreamFullError at once when no place is free. The place is free again when the answer is read, or its socket closed. */
  hold(ask: () => Promise<Answer>): Promise<Answer>;
}

/** One pool per service for its calls, and one for its connections that stay open. */
export function createPools(routes: readonly Route[], limitOf: (live: boolean) => number, metrics: Metrics) {
  const labels = ['upstream', 'kind'] as const;
  const inUse = metrics.gauge('gateway_upstream_in_use', 'Requests and sockets open to a service', labels);
  const limits = metrics.gauge('gateway_upstream_limit', 'How many may be open at once', labels);
  const refused = metrics.counter('gateway_upstream_refused_total', 'Requests refused at the limit', labels);

  function create({ upstream, live }: Route): Pool {
    const label = { upstream: upstream.name, kind: live ? 'live' : 'calls' };
    const limit = limitOf(live);
    limits.set(label, limit);
    refused.inc(label, 0);
    return createPool(limit, { used: (count) => inUse.set(label, count), refused: () => refused.inc(label) });
  }
  return new Map(routes.map((route) => [route, create(route)]));
}

function createPool(limit: number, counts: { used(count: number): void; refused(): void }): Pool {
  let used = 0;
  const count = (change: 0 | 1 | -1) => {
    used += change;
    counts.used(used);
  };
  count(0);
  return {
    async hold(ask) {
      if (used >= limit) {
        counts.refused();
        throw new UpstreamFullError();
      }
      count(1);
      try {
        const answer = await ask();
        const open = answer.upgraded?.socket ?? answer.message;
        if (open.closed) count(-1);
        else open.once('close', () => count(-1));
        return answer;
      } catch (error) {
        count(-1);
        throw error;
      }
    },
  };
}
