import type { KeyRing } from '@order-events/contracts';
import type { DeadLetters } from '@order-events/messaging';
import type { Logger } from '@order-events/runtime';
import type { Collection, Store } from '@order-events/store';
import { openActions } from './dead-letters/action-store.ts';
import { createExclusiveQueues } from './dead-letters/exclusive-queues.ts';
import type { DeadLetterParts } from './dead-letters/http.ts';
import { createQueueLeases, type QueueLease } from './dead-letters/queue-lease.ts';
import { createActionRunner } from './dead-letters/run-actions.ts';
import { createSubmitAction } from './dead-letters/submit-action.ts';
import type { LogEntry } from './event-log.ts';

interface Parts {
  readonly store: Store;
  readonly letters: DeadLetters;
  readonly eventLog: Collection<LogEntry>;
  readonly keys: KeyRing;
  readonly log: Logger;
  readonly clock: () => Date;
  /** Name of this instance, unique among those that share the store. */
  readonly instance: string;
}

/** The dead letters of every queue: read in place; replayed, edited, vouched for or discarded on record. */
export interface DeadLetterDesk {
  /** What its routes need. */
  readonly parts: DeadLetterParts;
  /** Continues every action that a stop or a crash has interrupted. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** For the sweep: continues actions that another instance has abandoned. */
  resumeAbandoned(): Promise<void>;
}

export async function openDeadLetters({
  store,
  letters,
  eventLog,
  keys,
  log,
  clock,
  instance,
}: Parts): Promise<DeadLetterDesk> {
  const actions = await openActions(store);
  const leases = await store.collection<QueueLease>('dead-letter-turns');
  const queues = createExclusiveQueues(letters, createQueueLeases({ leases, clock, holder: instance }));
  const runner = createActionRunner({ actions, queues, clock, log });
  const submitAction = createSubmitAction({ actions, eventLog, queues, keys, clock });
  return {
    parts: { queues, actions, submitAction, runner },
    start: () => runner.resume('all'),
    stop: runner.stop,
    resumeAbandoned: () => runner.resume('abandoned'),
  };
}
