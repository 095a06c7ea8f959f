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
 * The log as it was received, raw body and signature, oldest first: for `npm run topology -- recover`, which publishes it to
 * one queue again. `since` (included) and `until` (excluded) are times, `types` full event types separated by commas.
 * A page is read from at most 100 events, fewer where they are large; it may be empty and still have a next page.
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
  throw new ServiceError('invalid', `${name}-invalid`, `${name} must be a time such as 2026-11-24T10:00:00Z`);
}
