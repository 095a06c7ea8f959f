import { type Auth, callerOf, limitOf } from '@order-events/runtime';
import { Router } from 'express';
import { cursorOf, positionsOf } from './cursor.ts';
import type { Feeds } from './feed.ts';
import { type Listener, readAfter, resume } from './reader.ts';

interface Doors {
  readonly auth: Auth;
  readonly feeds: Feeds;
}

export function routes({ auth, feeds }: Doors): Router {
  const router = Router();

  /** What a socket would have told: `{ items: [{ event, payload }], nextCursor, expired? }`. The cursor is a socket's, too. */
  router.get('/api/v1/notifications', auth.person(), async (req, res) => {
    const { id, role } = callerOf(req);
    const listener: Listener = { userId: id, admin: role === 'admin' };
    const { cursor } = req.query;
    const asked = cursor === undefined ? { user: 0, admins: 0 } : positionsOf(id, cursor);
    const { positions: from, expired } = await resume(feeds, listener, asked);
    const { told, positions } = await readAfter(feeds, listener, from, limitOf(req));
    res.json({ items: told, nextCursor: cursorOf(id, positions), ...(expired && cursor !== undefined && { expired }) });
  });
  return router;
}
