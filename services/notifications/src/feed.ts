import {
  type Collection,
  type Document,
  DuplicateError,
  key,
  type Log,
  newDocument,
  type Store,
  sweepEach,
  untilWon,
} from '@order-events/store';
import type { Message } from './message.ts';

/** One message of one feed: `user:<id>` for a person, `admins` for all admins. Positions are 1, 2, 3 … without a gap. */
export interface FeedEntry extends Message {
  readonly feed: string;
  readonly position: number;
  /** Identity of the event behind it. */
  readonly eventId: string;
  /** When it was stored (RFC 3339): retention counts from here. */
  readonly keptAt: string;
}

export interface Feeds {
  /** Stores the message behind all others of the feed and resolves with its position. An event that is stored keeps its position. */
  append(feed: string, eventId: string, message: Message): Promise<number>;
  /** Up to `limit` messages after the position, in order. */
  readAfter(feed: string, position: number, limit: number): Promise<FeedEntry[]>;
  /** Position of the newest message, 0 when there was none. */
  end(feed: string): Promise<number>;
  /** Position of the oldest stored message, 0 when there is none. */
  oldest(feed: string): Promise<number>;
  /** Deletes messages stored before `keptAt`, but never a feed's newest message: its position is where the next ones go on. */
  forgetBefore(keptAt: string, log: Log): Promise<void>;
}

export async function openFeeds(store: Store, clock: () => Date): Promise<Feeds> {
  const entries = await store.collection<FeedEntry>('feed_entries', {
    unique: {
      place: ({ feed, position }) => place(feed, position),
      event: ({ feed, eventId }) => key(feed, eventId),
    },
    indexes: { keptAt: ({ keptAt }) => keptAt },
  });
  const at = async (feed: string, order: 'ascending' | 'descending') => {
    const { documents } = await entries.find('place', { prefix: key(feed, ''), limit: 1, order });
    return documents[0]?.state.position ?? 0;
  };
  const end = (feed: string) => at(feed, 'descending');

  /** Undefined when another instance was faster. */
  async function tryAppend(feed: string, eventId: string, message: Message): Promise<number | undefined> {
    const known = await entries.find('event', { prefix: key(feed, eventId), limit: 1 });
    if (known.documents[0]) return known.documents[0].state.position;
    const position = (await end(feed)) + 1;
    const entry = { ...message, feed, position, eventId, keptAt: clock().toISOString() };
    return (await inserted(entries, entry)) ? position : undefined;
  }

  async function forgetBefore(keptAt: string, log: Log): Promise<void> {
    const forgetAll = sweepEach<Document<FeedEntry>>({
      name: 'forget messages',
      find: (page) => entries.find('keptAt', { to: keptAt, ...page }),
      act: async (entry) => {
        if (entry.state.position < (await end(entry.state.feed))) await entries.delete(entry);
      },
      log,
      limits: { perRound: Number.POSITIVE_INFINITY },
    });
    await forgetAll();
  }

  return {
    append: (feed, eventId, message) => untilWon(entries.name, feed, () => tryAppend(feed, eventId, message)),
    end,
    oldest: (feed) => at(feed, 'ascending'),
    forgetBefore,
    async readAfter(feed, position, limit) {
      const { documents } = await entries.find('place', {
        from: place(feed, position + 1),
        to: key(feed, 'end'),
        limit,
      });
      return documents.map(({ state }) => state);
    },
  };
}

// False when another instance took the position, or stored the event, first.
async function inserted(entries: Collection<FeedEntry>, entry: FeedEntry): Promise<boolean> {
  try {
    return await entries.insert(newDocument(key(entry.feed, entry.eventId), entry));
  } catch (error) {
    if (error instanceof DuplicateError) return false;
    throw error;
  }
}

function place(feed: string, position: number): string {
  return key(feed, String(position).padStart(12, '0'));
}
