import { cursorOf, type Positions } from './cursor.ts';
import type { FeedEntry, Feeds } from './feed.ts';

/** A person who reads feeds: their own, and that of admins where `admin` is true. */
export interface FeedReader {
  readonly userId: string;
  readonly admin: boolean;
}

export interface FeedMessage {
  readonly event: string;
  readonly payload: FeedEntry['payload'] & { readonly cursor: string };
}

export function feedsOf({ userId, admin }: FeedReader): Readonly<Record<string, keyof Positions>> {
  return { [`user:${userId}`]: 'user', ...(admin && { admins: 'admins' }) };
}

/** The present ends of the feeds: positions from which only new messages follow. */
export async function endsOf(feeds: Feeds, reader: FeedReader): Promise<Positions> {
  const user = await feeds.end(`user:${reader.userId}`);
  return reader.admin ? { user, admins: await feeds.end('admins') } : { user };
}

/** Up to `limit` messages after these positions, feed by feed, each with the cursor that follows it. */
export async function readAfter(feeds: Feeds, reader: FeedReader, from: Positions, limit: number) {
  let positions = from;
  const messages: FeedMessage[] = [];
  for (const [feed, name] of Object.entries(feedsOf(reader))) {
    const room = limit - messages.length;
    if (room === 0) break;
    for (const entry of await feeds.readAfter(feed, positions[name] ?? 0, room)) {
      positions = { ...positions, [name]: entry.position };
      messages.push({ event: entry.event, payload: { ...entry.payload, cursor: cursorOf(reader.userId, positions) } });
    }
  }
  return { messages, positions };
}

/**
 * The positions from which a client with this cursor reads on. `expired` when messages after it were deleted, or when it
 * points past the newest message (the store was lost): then the client gets every stored message.
 */
export async function resume(
  feeds: Feeds,
  reader: FeedReader,
  asked: Positions,
): Promise<{ positions: Positions; expired: boolean }> {
  let positions: Positions = { user: 0 };
  let expired = false;
  for (const [feed, name] of Object.entries(feedsOf(reader))) {
    const [oldest, end] = [await feeds.oldest(feed), await feeds.end(feed)];
    // A cursor may be from before the person became an admin.
    const position = asked[name] ?? end;
    const lost = position > end || position + 1 < oldest;
    expired ||= lost;
    positions = { ...positions, [name]: lost ? Math.max(0, oldest - 1) : position };
  }
  return { positions, expired };
}
