import { openProgress, type Store } from '@order-events/store';
import { openFeeds } from './feed.ts';
import { steps } from './steps.ts';
import { type Keep, subscriptions } from './subscriptions.ts';

interface Parts {
  readonly store: Store;
  readonly clock: () => Date;
  /** Tells every instance that a feed has this message: a hint, no part of the work. */
  readonly say: (feed: string, position: number) => void;
}

/** Notifications without its doors: what it keeps, and what it does about events. */
export async function openApplication({ store, clock, say }: Parts) {
  const feeds = await openFeeds(store, clock);
  const progress = await openProgress(store, clock);
  const keep: Keep = async (feed, eventId, message) => {
    const position = await feeds.append(feed, eventId, message);
    steps.kept.publish(eventId);
    say(feed, position);
  };
  return { feeds, progress, handlers: subscriptions(keep), order: { sources: ['/services/orders'], progress } };
}
