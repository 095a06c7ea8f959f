import { consumers, type QueueName } from '@order-events/contracts';
import type { DeadLetter, DeadLetters, HeldDeadLetter } from '@order-events/messaging';
import type { WithLease } from './queue-lease.ts';

export const queueNames = Object.keys(consumers) as readonly QueueName[];

export type Hold = <T>(
  wanted: (letter: DeadLetter) => boolean,
  work: (held: readonly HeldDeadLetter[]) => Promise<T>,
) => Promise<T>;

/** Exclusive access to the dead letters of each queue: one holder at a time, among all instances. */
export interface ExclusiveQueues {
  /** Maps every dead letter of a queue, oldest first. All are back in their places before this resolves. */
  look<T>(queue: QueueName, see: (letter: DeadLetter) => T): Promise<T[]>;
  /** Runs `work` with exclusive access to the queue. Throws QueueBusyError when it is held elsewhere for too long. */
  withLease<T>(queue: QueueName, work: (hold: Hold) => Promise<T>): Promise<T>;
  count(queue: QueueName): Promise<number>;
}

export function createExclusiveQueues(letters: DeadLetters, withLease: WithLease): ExclusiveQueues {
  const queues: ExclusiveQueues = {
    count: letters.count,
    withLease: (queue, work) => withLease(queue, () => work((wanted, use) => letters.hold(queue, wanted, use))),
    async look(queue, see) {
      if ((await letters.count(queue)) === 0) return [];
      return queues.withLease(queue, (hold) => lookAtAll(hold, see));
    },
  };
  return queues;
}

/** The same as `look`, within a lease that is held already. */
export async function lookAtAll<T>(hold: Hold, see: (letter: DeadLetter) => T): Promise<T[]> {
  const all: T[] = [];
  const look = (letter: DeadLetter) => {
    all.push(see(letter));
    return false;
  };
  return hold(look, async () => all);
}
