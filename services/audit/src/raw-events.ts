import { type Auth, pageQuery, ServiceError, sendPage } from '@order-events/runtime';
import { type Collection, key } from '@order-events/store';
import { Router } from 'express';
import { boundedPage } from './bounded-page.ts';
import type { LogEntry } from './event-log.ts';

interface Doors {
  readonly auth: Auth;
  readonly eventLog: Collection<LogEntry>;
}

/**
 * The log as it came, raw body and signature, oldest first: for `npm run topology -- recover`, which sends it to one
 * queue again. `since` and `until` are times (until itself excluded), `types` full event types with commas between.
 * A page is 100 events of the log at most, fewer where they are large; it can hold none and still name a next one.
 */
export function rawEventRoutes({ auth, eventLog }: Doors): Router {
  const router = Router();
  router.get('/internal/events', auth.service('tools'), async (req, res) => {
    const { limit, after } = pageQuery(req);
    const { since, until, types } = req.query;
    const wanted = typeof types === 'string' ? types.split(',') : undefined;
    const page = await boundedPage(eventLog, 'byTime', {
      limit,
      ...(since !== undefined && { from: key(timeOf('since', since)) }),
      ...(until !== undefined && { to: key(timeOf('until', until)) }),
      ...(after !== undefined && { after }),
    });
    const entries = page.documents.filter(({ state }) => !wanted || wanted.includes(state.event.type));
    const items = entries.map(({ id, state: { event, body, signature, originalSignature } }) => ({
      id,
      time: event.time,
      body,
      signature,
      originalSignature,
    }));
    sendPage(req, res, items, page.next);
  });
  return router;
}

function timeOf(name: string, value: unknown): string {
  const time = new Date(typeof value === 'string' ? value : Number.NaN);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new ServiceError('invalid', `${name}-invalid`, `${name} is a time such as 2026-11-24T10:00:00Z`);
}
