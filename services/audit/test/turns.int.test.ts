import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Collection, newDocument, openStore, type Store } from '@order-events/store';
import { createTurns, type Turn } from '../src/dead-letters/turns.ts';

const now = new Date('2026-11-24T10:00:00.000Z');
const later = (ms: number) => new Date(now.getTime() + ms).toISOString();
let store: Store;
let turns: Collection<Turn>;
let elapsed: number;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  turns = await store.collection<Turn>('turns');
  elapsed = 0;
});
afterEach(() => store.close());

/** Two seconds pass with each look at the time. */
const inTurn = () => createTurns({ turns, clock: () => now, holder: 'me', monotonic: () => (elapsed += 2_000) });

test.each([86_400_000, 365 * 86_400_000])(
  'a turn of somebody dead, whose clock was %i ms ahead, is over when nobody has renewed it',
  async (ahead) => {
    await turns.insert(newDocument('orders', { holder: 'dead', until: later(ahead) }));
    expect(await inTurn()('orders', async () => (await turns.get('orders'))?.state.holder)).toBe('me');
    expect(elapsed).toBeGreaterThan(10_000);
    expect(await turns.get('orders')).toBeUndefined();
  },
);

test('a turn that is renewed is not over, however long it takes', async () => {
  await turns.insert(newDocument('orders', { holder: 'busy', until: later(8_000) }));
  let renewals = 0;
  const work = inTurn()('orders', async () => renewals);
  while (renewals < 10) {
    const found = await turns.get('orders');
    if (!found) throw new Error('taken over');
    await turns.replace({ ...found, state: { holder: 'busy', until: later(10_000 + ++renewals) } });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const last = await turns.get('orders');
  if (last) await turns.delete(last);
  expect(await work).toBe(10);
});
