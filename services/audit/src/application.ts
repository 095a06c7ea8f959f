import { type Handler, onEvery } from '@order-events/messaging';
import type { Collection, Store } from '@order-events/store';
import { type LogEntry, logIndexes } from './event-log.ts';
import { createRecordEvent } from './record-event.ts';

interface Application {
  readonly eventLog: Collection<LogEntry>;
  readonly handlers: readonly Handler[];
}

/** Audit without its doors: what it keeps, and what it does about events. */
export async function openApplication(store: Store, onDuplicate: () => void): Promise<Application> {
  const eventLog = await store.collection<LogEntry>('events', { indexes: logIndexes });
  return { eventLog, handlers: [onEvery(createRecordEvent(eventLog, onDuplicate))] };
}
