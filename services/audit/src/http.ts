import type { Auth } from '@order-events/runtime';
import type { Collection } from '@order-events/store';
import { Router } from 'express';
import type { LogEntry } from './event-log.ts';
import { historyOf } from './history.ts';

interface Doors {
  readonly auth: Auth;
  readonly eventLog: Collection<LogEntry>;
}

/** Whose order it is, orders has checked: only it may ask. */
export function internalRoutes({ auth, eventLog }: Doors): Router {
  const router = Router();
  router.get('/internal/orders/:id/events', auth.service('orders'), async (req, res) => {
    res.json(await historyOf(eventLog, String(req.params.id)));
  });
  return router;
}
