import { randomUUID } from 'node:crypto';
import type { Consumer } from '@order-events/messaging';
import { type Log, sweepEach } from '@order-events/store';
import { systemCancellation } from './cancellation.ts';
import type { OrderState } from './order.ts';
import type { OrderDocument, OrderStore } from './order-store.ts';
import { type Awaited, expire } from './saga.ts';

const minuteMs = 60_000;

interface Parts {
  readonly orders: OrderStore;
  readonly consumer: Consumer;
  readonly clock: () => Date;
  /** How long an order may wait after it was placed, in milliseconds. */
  readonly limits: Readonly<Record<Awaited, number>>;
  readonly log: Log;
}

const unbrokenMs = 2 * minuteMs;

/** The limits as the settings have them. */
export function limitsOf(config: {
  readonly CONFIRM_WITHIN_MINUTES: number;
  readonly CAPTURE_WITHIN_MINUTES: number;
}): Parts['limits'] {
  return {
    confirmation: config.CONFIRM_WITHIN_MINUTES * minuteMs,
    capture: config.CAPTURE_WITHIN_MINUTES * minuteMs,
  };
}

/**
 * Jobs of the sweep that cancel orders which were not confirmed, or not captured, in time. They act only while this
 * service has consumed all its events: an outage of hours cancels nothing. Several instances may run them at once, and
 * again after a crash.
 */
export function createTimeLimits({ orders, consumer, clock, limits, log }: Parts): (() => Promise<void>)[] {
  async function isUpToDate(): Promise<boolean> {
    const { live, since } = consumer.status();
    // Absolute: after a clock was set back, `since` lies in the future.
    const unbroken = live && since !== undefined && Math.abs(clock().getTime() - since.getTime()) >= unbrokenMs;
    return unbroken && (await consumer.depth()) === 0;
  }

  function cancelLate(awaited: Awaited): () => Promise<void> {
    return sweepEach<OrderDocument>({
      name: `cancel for want of ${awaited}`,
      async find(page) {
        const before = new Date(clock().getTime() - limits[awaited]).toISOString();
        return (await isUpToDate()) ? orders.waiting(awaited, before, page) : { documents: [] };
      },
      act: ({ id }) => end(id, awaited),
      about: ({ id }) => ({ orderId: id }),
      log,
    });
  }

  async function end(id: string, awaited: Awaited): Promise<void> {
    const context = { at: clock().toISOString() };
    const cause = { correlationId: randomUUID(), triggeredBy: 'system' } as const;
    const decide = (order: OrderState) => expire(order, awaited, systemCancellation(order, 'timed-out'), context);
    await orders.changeExisting(id, decide, cause);
  }

  return [cancelLate('confirmation'), cancelLate('capture')];
}
