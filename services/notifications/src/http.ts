import { closed } from '@order-events/contracts';
import { callerOf, limitParameter, optional, type Route, route } from '@order-events/runtime';
import Type from 'typebox';
import { cursorOf, positionsOf } from './cursor.ts';
import type { Feeds } from './feed.ts';
import { type FeedReader, readAfter, resume } from './reader.ts';

interface Parts {
  readonly feeds: Feeds;
}

// Not the cursor of a page: sockets use the same cursor.
const cursor = optional(Type.String(), {
  code: 'cursor-invalid',
  wanted: 'the cursor is invalid: send one that this service returned to the same person',
});

const feedAnswer = closed({
  items: Type.Array(
    closed({ event: Type.String(), payload: Type.Object({ message: Type.String(), cursor: Type.String() }) }),
  ),
  nextCursor: Type.String(),
  expired: Type.Optional(Type.Literal(true, { description: 'messages after the cursor were deleted' })),
});

export function routes({ feeds }: Parts): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/notifications',
      summary: 'the messages that a socket would have sent, after the cursor, or from the oldest on',
      who: 'person',
      query: { cursor, limit: limitParameter() },
      answers: { 200: feedAnswer },
      async handler({ req, query: { cursor, limit } }, res) {
        const { id, role } = callerOf(req);
        const reader: FeedReader = { userId: id, admin: role === 'admin' };
        const asked = cursor === undefined ? { user: 0, admins: 0 } : positionsOf(id, cursor);
        const { positions: from, expired } = await resume(feeds, reader, asked);
        const { messages, positions } = await readAfter(feeds, reader, from, limit);
        const lost = expired && cursor !== undefined;
        res.json({ items: messages, nextCursor: cursorOf(id, positions), ...(lost && { expired: lost }) });
      },
    }),
  ];
}
