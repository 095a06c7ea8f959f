import type { Feeds } from './feed.ts';
import type { Hint } from './live-sockets.ts';
import { steps } from './steps.ts';
import type { Keep } from './subscriptions.ts';

/** Keeps messages in these feeds. `say` tells every instance that a feed has one more: a hint, no part of the work. */
export function keepIn(feeds: Pick<Feeds, 'append'>, say: (hint: Hint) => void): Keep {
  return async (feed, eventId, message) => {
    const position = await feeds.append(feed, eventId, message);
    steps.kept.publish(eventId);
    say({ feed, position });
  };
}
