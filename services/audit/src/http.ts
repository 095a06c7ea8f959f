import { closed, historyEntry } from '@order-events/contracts';
import { nextCursor, nextCursorOf, pageIn, pageParameters, type Route, route } from '@order-events/runtime';
import type { Collection } from '@order-events/store';
import Type from 'typebox';
import { type DeadLetterParts, deadLetterRoutes } from './dead-letters/http.ts';
import type { LogEntry } from './event-log.ts';
import { historyOf } from './history.ts';
import { rawEventRoute } from './raw-events.ts';

interface Parts {
  readonly eventLog: Collection<LogEntry>;
  readonly deadLetters: DeadLetterParts;
}

export function routes({ eventLog, deadLetters }: Parts): Route[] {
  return [...deadLetterRoutes(deadLetters), historyRoute(eventLog), rawEventRoute(eventLog)];
}

/** For orders only, which has checked that the caller may read the order. */
function historyRoute(eventLog: Collection<LogEntry>): Route {
  return route({
    method: 'get',
    path: '/internal/orders/:id/events',
    summary:
      'the events of an order, newest first by time, then sequence; `count` is of all. A page has fewer where they are large',
    who: 'service:orders',
    query: pageParameters(),
    answers: {
      200: closed({ events: Type.Array(historyEntry), count: Type.Integer({ minimum: 0 }), nextCursor }),
    },
    async handler({ req, params, query }, res) {
      const { events, count, next } = await historyOf(eventLog, params.id, pageIn(query));
      res.json({ events, count, nextCursor: nextCursorOf(req, res, next) });
    },
  });
}
