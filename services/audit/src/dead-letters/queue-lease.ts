import { setTimeout as delay } from 'node:timers/promises';
import { type Collection, type Document, newDocument } from '@order-events/store';
import { QueueBusyError } from './errors.ts';

const LEASE_MS = 10_000;
const PATIENCE_MS = 15_000;

/** The instance that holds a queue's dead letters, and when its lease ends unless it is renewed. */
export interface QueueLease {
  readonly holder: string;
  readonly until: string;
}

/** Runs work under the lease of a queue, alone among all instances. Throws QueueBusyError when the lease is not free in time. */
export type WithLease = <T>(queue: string, work: () => Promise<T>) => Promise<T>;

interface Parts {
  readonly leases: Collection<QueueLease>;
  readonly clock: () => Date;
  /** Name of this instance. */
  readonly holder: string;
  /** Monotonic clock, in milliseconds. */
  readonly monotonic?: () => number;
}

/** A crash holds a queue for ten seconds at most; a working instance renews its lease. */
export function createQueueLeases({ leases, clock, holder, monotonic = () => performance.now() }: Parts): WithLease {
  const last = new Map<string, Promise<unknown>>();
  const lease = (): QueueLease => ({ holder, until: new Date(clock().getTime() + LEASE_MS).toISOString() });

  const watched = new Map<string, { readonly seen: string; readonly since: number }>();

  // A holder renews its lease. A lease that stays the same for its whole duration is over, also with wrong clocks.
  function isOver(queue: string, { rev, state }: Document<QueueLease>): boolean {
    if (state.until <= clock().toISOString()) return true;
    const seen = `${rev} ${state.holder} ${state.until}`;
    const known = watched.get(queue);
    if (known?.seen !== seen) watched.set(queue, { seen, since: monotonic() });
    return known?.seen === seen && monotonic() - known.since > LEASE_MS;
  }

  async function take(queue: string): Promise<boolean> {
    const found = await leases.get(queue);
    if (found && !isOver(queue, found)) return false;
    return found ? leases.replace({ ...found, state: lease() }) : leases.insert(newDocument(queue, lease()));
  }

  async function own(queue: string): Promise<Document<QueueLease> | undefined> {
    const found = await leases.get(queue);
    return found?.state.holder === holder ? found : undefined;
  }

  async function renew(queue: string): Promise<void> {
    const mine = await own(queue);
    if (mine) await leases.replace({ ...mine, state: lease() });
  }

  async function release(queue: string): Promise<void> {
    const mine = await own(queue);
    if (mine) await leases.delete(mine);
  }

  async function alone<T>(queue: string, work: () => Promise<T>): Promise<T> {
    for (const deadline = Date.now() + PATIENCE_MS; !(await take(queue)); ) {
      if (Date.now() > deadline) throw new QueueBusyError(queue);
      await delay(20 + Math.random() * 80);
    }
    // A lease that can't be renewed ends by itself; the next holder reads the recorded outcomes.
    const renewing = setInterval(() => renew(queue).catch(() => undefined), LEASE_MS / 3);
    try {
      return await work();
    } finally {
      clearInterval(renewing);
      await release(queue).catch(() => undefined);
    }
  }

  return (queue, work) => {
    const before = last.get(queue) ?? Promise.resolve();
    const done = before.catch(() => undefined).then(() => alone(queue, work));
    last.set(queue, done);
    return done;
  };
}
