import { randomUUID } from 'node:crypto';
import type { Consumer } from '@order-events/messaging';
import { because } from './cancellation.ts';
import type { OrderState } from './order.ts';
import type { OrderStore } from './order-store.ts';
import { type Awaited, expire } from './saga.ts';

interface Parts {
  readonly orders: OrderStore;
  readonly consumer: Consumer;
  readonly clock: () => Date;
  /** How long an order may wait, from when it was placed, in milliseconds. */
  readonly limits: Readonly<Record<Awaited, number>>;
}

const unbrokenMs = 2 * 60_000;
const pageSize = 100;

/**
 * Cancels what was not confirmed, or not captured, in time. It does so only while this service has heard all there is
 * to hear: an outage of hours cancels nothing. Safe to run anywhere at once, and again after a crash.
 */
export function createTimeLimits({ orders, consumer, clock, limits }: Parts): () => Promise<void> {
  async function isUpToDate(): Promise<boolean> {
    const { live, since } = consumer.status();
    const unbroken = live && since !== undefined && clock().getTime() - since.getTime() >= unbrokenMs;
    return unbroken && (await consumer.depth()) === 0;
  }

  async function cancelLate(awaited: Awaited, limitMs: number): Promise<void> {
    const before = new Date(clock().getTime() - limitMs).toISOString();
    for (let after: string | undefined, more = true; more && (await isUpToDate()); more = after !== undefined) {
      const page = await orders.waiting(awaited, before, { limit: pageSize, ...(after !== undefined && { after }) });
      await Promise.all(page.documents.map(({ id }) => end(id, awaited)));
      after = page.next;
    }
  }

  async function end(id: string, awaited: Awaited): Promise<void> {
    const occasion = { at: clock().toISOString() };
    const cause = { correlationId: randomUUID(), triggeredBy: 'system' } as const;
    const decide = (order: OrderState) => expire(order, awaited, because(order, 'timed-out'), occasion);
    await orders.changeExisting(id, decide, cause);
  }

  return async function cancelLateOrders() {
    await cancelLate('confirmation', limits.confirmation);
    await cancelLate('capture', limits.capture);
  };
}
