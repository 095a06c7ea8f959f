import { closed, timestamp, uuid } from '@order-events/contracts';
import { optional, pageIn, pageParameters, pageSchema, type Route, route, sendPage } from '@order-events/runtime';
import { type Collection, key } from '@order-events/store';
import Type from 'typebox';
import { boundedPage } from './bounded-page.ts';
import type { LogEntry } from './event-log.ts';
import { timeParameter } from './time-parameter.ts';

const rawEvent = closed({
  id: uuid,
  time: timestamp,
  body: Type.String(),
  signature: Type.String(),
  originalSignature: Type.Optional(Type.String()),
});

const types = optional(Type.String(), {
  code: 'types-invalid',
  wanted: 'types must be full event types separated by commas',
});

/**
 * The log as it was received, raw body and signature, oldest first: for `npm run topology -- recover`, which publishes it to
 * one queue again. `since` (included) and `until` (excluded) are times, `types` full event types separated by commas.
 * A page is read from at most 100 events, fewer where they are large; it may be empty and still have a next page.
 */
export function rawEventRoute(eventLog: Collection<LogEntry>): Route {
  return route({
    method: 'get',
    path: '/internal/events',
    summary: 'the log as it was received, oldest first; a page may be empty and still have a next one',
    who: 'service:tools',
    query: { ...pageParameters(), since: timeParameter('since'), until: timeParameter('until'), types },
    answers: { 200: pageSchema(rawEvent) },
    async handler({ req, query }, res) {
      const { since, until } = query;
      const wanted = query.types?.split(',');
      const page = await boundedPage(eventLog, 'byTime', {
        ...pageIn(query),
        ...(since !== undefined && { from: key(since) }),
        ...(until !== undefined && { to: key(until) }),
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
    },
  });
}
