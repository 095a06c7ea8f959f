import type { Case } from './case.ts';
import type { Evidence, FeedEntry } from './evidence.ts';
import { allOf, exactlyOnce, fine, type Verdict } from './verdict.ts';

/** Every person's feed has each event of their orders once, in order per order, and their socket was told just that. */
export function checkFeeds({ evidence, heard }: Case): Verdict {
  const owed = evidence.events.filter(({ type }) => type.startsWith('order.'));
  const personal = evidence.feed.filter(({ feed }) => feed.startsWith('user:'));
  const kept = exactlyOnce(
    'feed entries',
    owed.map(({ id, userid }) => `user:${userid} ${id}`),
    personal.map(({ feed, eventId }) => `${feed} ${eventId}`),
  );
  const feeds = Map.groupBy(personal, ({ feed }) => feed);
  const wrong = [...feeds].flatMap(([feed, entries]) => misplaced(feed, inOrder(entries), evidence));
  const told = Object.entries(heard).map(([person, messages]) =>
    sameStory(person, inOrder(feeds.get(`user:${person}`) ?? []), messages),
  );
  return allOf([kept, { ...fine, wrong }, ...told]);
}

const inOrder = (entries: readonly FeedEntry[]) => [...entries].sort((a, b) => a.position - b.position);

/** Positions run 1, 2, 3 …; events of one order stand in the order in which they were said. */
function misplaced(feed: string, entries: readonly FeedEntry[], { events }: Evidence): string[] {
  const sequences = new Map(events.map(({ id, sequence }) => [id, Number(sequence)]));
  const last = new Map<string, number>();
  return entries.flatMap(({ position, eventId, payload }, index) => {
    const orderId = payload.order?.id ?? '';
    const [before, now] = [last.get(orderId) ?? 0, sequences.get(eventId) ?? 0];
    last.set(orderId, now);
    return [
      ...(position === index + 1 ? [] : [`${feed}: position ${position} where ${index + 1} belongs`]),
      ...(now > before ? [] : [`${feed}: event ${now} of order ${orderId} after ${before}`]),
    ];
  });
}

/** A person's own position, which begins the cursor. */
const positionIn = (cursor: string) => Buffer.from(cursor, 'base64url').toString().replace(/\D.*$/, '');

function sameStory(person: string, entries: readonly FeedEntry[], messages: Case['heard'][string]): Verdict {
  const counted = exactlyOnce(
    `messages told to ${person}`,
    entries.map(({ position }) => String(position)),
    messages.map(({ cursor }) => positionIn(cursor)),
  );
  const story = (told: readonly (readonly [event: string, orderId: string])[]) =>
    told.map((each) => each.join(' ')).join('\n');
  const kept = story(entries.map(({ event, payload }) => [event, payload.order?.id ?? ''] as const));
  const same = kept === story(messages.map(({ event, orderId }) => [event, orderId] as const));
  return allOf([counted, { ...fine, wrong: same ? [] : [`${person} was told in another order than kept`] }]);
}
