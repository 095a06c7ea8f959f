import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseKeys } from '@order-events/contracts';
import type { Consumer, ConsumerStatus } from '@order-events/messaging';
import { createLogger } from '@order-events/runtime';
import { createRelay, openStore, type Store } from '@order-events/store';
import { testKeys } from '@order-events/testing';
import { orderNumberOf } from '../src/order-id.ts';
import { type OrderStore, openOrderStore } from '../src/order-store.ts';
import { reach } from '../src/saga.ts';
import { createTimeLimits } from '../src/time-limits.ts';
import { aPlacement, orderId, payment, now as placedAt } from './builders.ts';

const minute = 60_000;
const hour = 60 * minute;
const limits = { confirmation: 24 * hour, capture: 144 * hour };
const cause = { correlationId: 'd8b5c0de-0000-4000-8000-000000000000', triggeredBy: 'system' } as const;

const log = createLogger({ service: 'orders', level: 'error' });

let store: Store;
let orders: OrderStore;
let now: Date;
let status: ConsumerStatus;
let waiting: number;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  const relay = createRelay({ publish: async () => {}, log });
  orders = await openOrderStore(store, { keys: parseKeys(testKeys()), relay, clock: () => now });
  now = new Date(placedAt.at);
  await orders.change(orderId, aPlacement, cause);
  status = { live: true, since: now, inFlight: 0 };
  waiting = 0;
});
afterEach(() => store.close());

/** The order's status, or code of cancellation, after the limits were checked this long after it was placed. */
async function after(ms: number) {
  now = new Date(Date.parse(placedAt.at) + ms);
  const consumer: Consumer = { status: () => status, depth: async () => waiting };
  for (const job of createTimeLimits({ orders, consumer, clock: () => now, limits, log })) await job();
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

test('an order that cannot be cancelled does not keep others from being cancelled', async () => {
  const ids = [1, 2, 3].map((n) => `${orderId.slice(0, -1)}${n}`);
  for (const id of ids) await orders.change(id, () => anotherPlacement(id), cause);
  await orders.changeExisting(ids[2] ?? '', (order) => reach(order, 'authorized', placedAt, payment), cause);
  const poison = new Set([orderId, ids[0]]);
  const failing: OrderStore = {
    ...orders,
    waiting: (awaited, before, page) => orders.waiting(awaited, before, { ...page, limit: 1 }),
    changeExisting: async (id, ...rest) => {
      if (poison.has(id)) throw new Error('this order can never be cancelled');
      await orders.changeExisting(id, ...rest);
    },
  };
  now = new Date(Date.parse(placedAt.at) + limits.capture + minute);
  const consumer: Consumer = { status: () => status, depth: async () => 0 };
  const jobs = createTimeLimits({ orders: failing, consumer, clock: () => now, limits, log });
  for (const job of jobs) await job();
  const stands = async (id: string) => (await orders.get(id))?.state.order.statusLabel;
  expect(await Promise.all([orderId, ...ids].map(stands))).toEqual(['Pending', 'Pending', 'Cancelled', 'Cancelled']);
});

/** The same order under another id. */
function anotherPlacement(id: string): ReturnType<typeof aPlacement> {
  const { state, events } = aPlacement();
  return { events, state: { ...state, order: { ...state.order, id, orderNumber: orderNumberOf(id) } } };
}

describe('nothing is cancelled while events may wait to be consumed', () => {
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
