import { cursorOf, type Positions } from './cursor.ts';
import type { FeedEntry, Feeds } from './feed.ts';

/** Which feeds somebody may hear. */
export interface Listener {
  readonly userId: string;
  readonly admin: boolean;
}

export interface Told {
  readonly event: string;
  readonly payload: FeedEntry['payload'] & { readonly cursor: string };
}

export function feedsOf({ userId, admin }: Listener): Readonly<Record<string, keyof Positions>> {
  return { [`user:${userId}`]: 'user', ...(admin && { admins: 'admins' }) };
}

/** The present ends: from here on only what is new. */
export async function endsOf(feeds: Feeds, listener: Listener): Promise<Positions> {
  const user = await feeds.end(`user:${listener.userId}`);
  return listener.admin ? { user, admins: await feeds.end('admins') } : { user };
}

/** Up to `limit` messages after these positions, feed by feed, each with the cursor that a client has once it got it. */
export async function readAfter(feeds: Feeds, listener: Listener, from: Positions, limit: number) {
  let positions = from;
  const told: Told[] = [];
  for (const [feed, name] of Object.entries(feedsOf(listener))) {
    const room = limit - told.length;
    if (room === 0) break;
    for (const entry of await feeds.readAfter(feed, positions[name] ?? 0, room)) {
      positions = { ...positions, [name]: entry.position };
      told.push({ event: entry.event, payload: { ...entry.payload, cursor: cursorOf(listener.userId, positions) } });
    }
  }
  return { told, positions };
}

/**
 * Where to read on for someone who comes with a cursor. `expired` when messages after it are no longer kept, or it
 * points past what was ever said (the store was lost): then everything that is kept is theirs.
 */
export async function resume(
  feeds: Feeds,
  listener: Listener,
  asked: Positions,
): Promise<{ positions: Positions; expired: boolean }> {
  let positions: Positions = { user: 0 };
  let expired = false;
  for (const [feed, name] of Object.entries(feedsOf(listener))) {
    const [oldest, end] = [await feeds.oldest(feed), await feeds.end(feed)];
    // An admin's first cursor may be from before they were one.
    const position = asked[name] ?? end;
    const lost = position > end || position + 1 < oldest;
    expired ||= lost;
    positions = { ...positions, [name]: lost ? Math.max(0, oldest - 1) : position };
  }
  return { positions, expired };
}
