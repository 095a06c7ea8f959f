import { expect, test } from '@jest/globals';
import { MemoryStore } from '@order-events/testing/memory-store';
import { openFeeds } from '../src/feed.ts';
import { endsOf, type FeedMessage, readAfter, resume } from '../src/reader.ts';

const root = { userId: 'root', admin: true };
const payload = { message: 'text', timestamp: '2026-01-01T00:00:00Z' };

/** An admin with so many messages of their own, and so many for admins. */
async function anAdminWith(own: number, admins: number) {
  const feeds = await openFeeds(new MemoryStore(), () => new Date());
  for (let n = 1; n <= own; n++) await feeds.append('user:root', `own-${n}`, { event: `own-${n}`, payload });
  for (let n = 1; n <= admins; n++) await feeds.append('admins', `admin-${n}`, { event: `admin-${n}`, payload });
  return feeds;
}

/** Reads to the end in pages, as sockets and HTTP do. */
async function readAll(feeds: Awaited<ReturnType<typeof anAdminWith>>, limit: number): Promise<string[]> {
  const all: FeedMessage[] = [];
  let { positions } = await resume(feeds, root, { user: 0, admins: 0 });
  for (;;) {
    const page = await readAfter(feeds, root, positions, limit);
    if (page.messages.length === 0) return all.map(({ event }) => event);
    expect(page.messages.length).toBeLessThanOrEqual(limit);
    all.push(...page.messages);
    positions = page.positions;
  }
}

const named = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}-${at + 1}`);

test('an admin’s own messages and those for admins fill pages of any size, each message once', async () => {
  for (const [own, admins] of [
    [3, 3],
    [2, 0],
    [0, 2],
    [1, 4],
    [4, 1],
  ] as const) {
    const feeds = await anAdminWith(own, admins);
    for (const limit of [1, 2, 3, 4, 5, 6, 7]) {
      expect(await readAll(feeds, limit)).toEqual([...named('own', own), ...named('admin', admins)]);
    }
  }
});

test('a page that an admin’s own messages fill exactly leaves the admins’ position where it was', async () => {
  const feeds = await anAdminWith(2, 2);
  const { messages, positions } = await readAfter(feeds, root, { user: 0, admins: 1 }, 2);
  expect(messages.map(({ event }) => event)).toEqual(['own-1', 'own-2']);
  expect(positions).toEqual({ user: 2, admins: 1 });
  expect(await endsOf(feeds, root)).toEqual({ user: 2, admins: 2 });
});
