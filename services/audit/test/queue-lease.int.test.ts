import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Collection, newDocument, openStore, type Store } from '@order-events/store';
import { createQueueLeases, type QueueLease } from '../src/dead-letters/queue-lease.ts';

const now = new Date('2026-11-24T10:00:00.000Z');
const later = (ms: number) => new Date(now.getTime() + ms).toISOString();
let store: Store;
let leases: Collection<QueueLease>;
let elapsed: number;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  leases = await store.collection<QueueLease>('leases');
  elapsed = 0;
});
afterEach(() => store.close());

/** Two seconds pass with each reading of the clock. */
const withLease = () =>
  createQueueLeases({ leases, clock: () => now, holder: 'me', monotonic: () => (elapsed += 2_000) });

test.each([86_400_000, 365 * 86_400_000])(
  'a lease of a dead instance, whose clock was %i ms ahead, is over when it is not renewed',
  async (ahead) => {
    await leases.insert(newDocument('orders', { holder: 'dead', until: later(ahead) }));
    expect(await withLease()('orders', async () => (await leases.get('orders'))?.state.holder)).toBe('me');
    expect(elapsed).toBeGreaterThan(10_000);
    expect(await leases.get('orders')).toBeUndefined();
  },
);

test('a lease that is renewed is not over, however long it lasts', async () => {
  await leases.insert(newDocument('orders', { holder: 'busy', until: later(8_000) }));
  let renewals = 0;
  const work = withLease()('orders', async () => renewals);
  while (renewals < 10) {
    const found = await leases.get('orders');
    if (!found) throw new Error('taken over');
    await leases.replace({ ...found, state: { holder: 'busy', until: later(10_000 + ++renewals) } });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const last = await leases.get('orders');
  if (last) await leases.delete(last);
  expect(await work).toBe(10);
});
