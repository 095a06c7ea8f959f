import { closed } from '@order-events/contracts';
import { callerOf, limitParameter, optional, type Route, route } from '@order-events/runtime';
import Type from 'typebox';
import { cursorOf, positionsOf } from './cursor.ts';
import type { Feeds } from './feed.ts';
import { type Listener, readAfter, resume } from './reader.ts';

interface Parts {
  readonly feeds: Feeds;
}

// Not the cursor of a page: a socket takes and gives the same.
const cursor = optional(Type.String(), {
  code: 'cursor-invalid',
  wanted: 'the cursor is not one that was given out here to this person',
});

const feedAnswer = closed({
  items: Type.Array(
    closed({ event: Type.String(), payload: Type.Object({ message: Type.String(), cursor: Type.String() }) }),
  ),
  nextCursor: Type.String(),
  expired: Type.Optional(Type.Literal(true, { description: 'what came after the cursor is kept no longer' })),
});

export function routes({ feeds }: Parts): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/notifications',
      summary: 'what a socket would have told, after the cursor or from the oldest on',
      who: 'person',
      query: { cursor, limit: limitParameter() },
      answers: { 200: feedAnswer },
      async handler({ req, query: { cursor, limit } }, res) {
        const { id, role } = callerOf(req);
        const listener: Listener = { userId: id, admin: role === 'admin' };
        const asked = cursor === undefined ? { user: 0, admins: 0 } : positionsOf(id, cursor);
        const { positions: from, expired } = await resume(feeds, listener, asked);
        const { told, positions } = await readAfter(feeds, listener, from, limit);
        const lost = expired && cursor !== undefined;
        res.json({ items: told, nextCursor: cursorOf(id, positions), ...(lost && { expired: lost }) });
      },
    }),
  ];
}
