import { randomUUID } from 'node:crypto';
import { onEvery } from '@order-events/messaging';
import { defineService } from '@order-events/service';
import { openDeadLetters } from './dead-letters.ts';
import { type LogEntry, logIndexes } from './event-log.ts';
import { routes } from './http.ts';
import { createRecordEvent } from './record-event.ts';

/** Audit: consumes every event, stores each once, returns the history of an order, and serves the dead letters. */
export const service = defineService({
  name: 'audit',
  async open({ store, keys, clock, log, metrics, letters }) {
    const duplicates = metrics.counter('audit_duplicates_total', 'Events that came again with the same bytes');
    const eventLog = await store.collection<LogEntry>('events', { indexes: logIndexes });
    const recordEvent = createRecordEvent(eventLog, () => duplicates.inc());
    const instance = randomUUID();
    const deadLetters = await openDeadLetters({
      store,
      letters: letters(),
      eventLog,
      keys,
      log,
      clock,
      instance,
    });
    return {
      subscriptions: [{ queue: 'audit', handlers: [onEvery(recordEvent)] }],
      parts: [{ name: 'dead letters', start: deadLetters.start, stop: deadLetters.stop }],
      jobs: [deadLetters.resumeAbandoned],
      routes: routes({ eventLog, deadLetters: deadLetters.parts }),
    };
  },
});
