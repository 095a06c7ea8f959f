import { type Auth, nextCursorOf, pageQuery } from '@order-events/runtime';
import type { Collection } from '@order-events/store';
import { Router } from 'express';
import type { LogEntry } from './event-log.ts';
import { historyOf } from './history.ts';

interface Doors {
  readonly auth: Auth;
  readonly eventLog: Collection<LogEntry>;
}

/** For orders only, which has checked that the caller may read the order. */
export function internalRoutes({ auth, eventLog }: Doors): Router {
  const router = Router();
  router.get('/internal/orders/:id/events', auth.service('orders'), async (req, res) => {
    const { events, count, next } = await historyOf(eventLog, String(req.params.id), pageQuery(req));
    res.json({ events, count, nextCursor: nextCursorOf(req, res, next) });
  });
  return router;
}
