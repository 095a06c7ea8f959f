import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseKeys } from '@order-events/contracts';
import type { Consumer, ConsumerStatus } from '@order-events/messaging';
import { createLogger } from '@order-events/runtime';
import { createRelay, openStore, type Store } from '@order-events/store';
import { testKeys } from '@order-events/testing';
import { type OrderStore, openOrderStore } from '../src/order-store.ts';
import { reach } from '../src/saga.ts';
import { createTimeLimits } from '../src/time-limits.ts';
import { aPlacement, orderId, payment, now as placedAt } from './builders.ts';

const minute = 60_000;
const hour = 60 * minute;
const limits = { confirmation: 24 * hour, capture: 144 * hour };
const cause = { correlationId: 'd8b5c0de-0000-4000-8000-000000000000', triggeredBy: 'system' } as const;

let store: Store;
let orders: OrderStore;
let now: Date;
let status: ConsumerStatus;
let waiting: number;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  const relay = createRelay({ publish: async () => {}, log: createLogger({ service: 'orders', level: 'error' }) });
  orders = await openOrderStore(store, { keys: parseKeys(testKeys()), relay, clock: () => now });
  now = new Date(placedAt.at);
  await orders.change(orderId, aPlacement, cause);
  status = { live: true, since: now, inFlight: 0 };
  waiting = 0;
});
afterEach(() => store.close());

/** How the order stands after the limits were checked, this long after it was placed. */
async function after(ms: number) {
  now = new Date(Date.parse(placedAt.at) + ms);
  const consumer: Consumer = { status: () => status, depth: async () => waiting };
  await createTimeLimits({ orders, consumer, clock: () => now, limits })();
  const found = await orders.get(orderId);
  return found?.state.order.cancellation?.code ?? found?.state.order.statusLabel;
}

const answered = (step: 'authorized' | 'captured') =>
  orders.changeExisting(orderId, (order) => reach(order, step, placedAt, payment), cause);

describe('an order that is not confirmed in time', () => {
  test('is cancelled, not a minute earlier', async () => {
    expect(await after(limits.confirmation - minute)).toBe('Pending');
    expect(await after(limits.confirmation + minute)).toBe('timed-out');
  });

  test('is cancelled once: the next round finds nothing', async () => {
    await after(limits.confirmation + minute);
    await after(limits.confirmation + hour);
    expect((await orders.get(orderId))?.version).toBe(3);
  });
});

describe('an order that is confirmed', () => {
  test('has until the later limit to be captured', async () => {
    await answered('authorized');
    expect(await after(limits.confirmation + minute)).toBe('Confirmed');
    expect(await after(limits.capture + minute)).toBe('timed-out');
  });

  test('and captured, waits for nothing more', async () => {
    await answered('captured');
    expect(await after(limits.capture + minute)).toBe('Confirmed');
  });
});

describe('nothing is cancelled while there may be something to hear', () => {
  const late = limits.capture + minute;

  test('the consumer is down', async () => {
    status = { live: false, inFlight: 0 };
    expect(await after(late)).toBe('Pending');
  });

  test('it is back for less than two minutes', async () => {
    status = { live: true, since: new Date(Date.parse(placedAt.at) + late - minute), inFlight: 0 };
    expect(await after(late)).toBe('Pending');
    expect(await after(late + 2 * minute)).toBe('timed-out');
  });

  test('messages wait in its queue', async () => {
    waiting = 1;
    expect(await after(late)).toBe('Pending');
  });
});
