import type { Feeds } from './feed.ts';
import type { Hint } from './live-sockets.ts';
import { probes } from './probes.ts';
import type { Keep } from './subscriptions.ts';

/** Stores messages in these feeds. `publishHint` sends every instance a hint that a feed has a new message; a lost one does no harm. */
export function keepIn(feeds: Pick<Feeds, 'append'>, publishHint: (hint: Hint) => void): Keep {
  return async (feed, eventId, message) => {
    const position = await feeds.append(feed, eventId, message);
    probes.kept.publish(eventId);
    publishHint({ feed, position });
  };
}
