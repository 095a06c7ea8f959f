import type { KeyRing } from '@order-events/contracts';
import type { DeadLetters } from '@order-events/messaging';
import type { Auth, Logger } from '@order-events/runtime';
import type { Collection, Store } from '@order-events/store';
import type { Router } from 'express';
import { openActions } from './dead-letters/action-store.ts';
import { createDesk } from './dead-letters/desk.ts';
import { deadLetterRoutes } from './dead-letters/http.ts';
import { createActionRunner } from './dead-letters/run-actions.ts';
import { createSubmitAction } from './dead-letters/submit-action.ts';
import { createTurns, type Turn } from './dead-letters/turns.ts';
import type { LogEntry } from './event-log.ts';

interface Parts {
  readonly store: Store;
  readonly letters: DeadLetters;
  readonly eventLog: Collection<LogEntry>;
  readonly auth: Auth;
  readonly keys: KeyRing;
  readonly log: Logger;
  readonly clock: () => Date;
  /** Names this instance among those that share the store. */
  readonly instance: string;
}

/** The dead letters of every queue: looked at where they lie, and settled on record. */
export interface DeadLetterDesk {
  readonly routes: Router;
  /** Goes on with every action that a stop or a crash has left behind. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** For the sweep: goes on with what another instance has abandoned. */
  resumeAbandoned(): Promise<void>;
}

export async function openDeadLetters({
  store,
  letters,
  eventLog,
  auth,
  keys,
  log,
  clock,
  instance,
}: Parts): Promise<DeadLetterDesk> {
  const actions = await openActions(store);
  const turns = await store.collection<Turn>('dead-letter-turns');
  const desk = createDesk(letters, createTurns({ turns, clock, holder: instance }));
  const runner = createActionRunner({ actions, desk, clock, log });
  const submitAction = createSubmitAction({ actions, eventLog, desk, keys, clock });
  return {
    routes: deadLetterRoutes({ auth, desk, actions, submitAction, runner }),
    start: () => runner.resume('all'),
    stop: runner.stop,
    resumeAbandoned: () => runner.resume('abandoned'),
  };
}
