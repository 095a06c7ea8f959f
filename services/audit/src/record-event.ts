import { createHash } from 'node:crypto';
import type { CloudEvent } from '@order-events/contracts';
import type { Delivery } from '@order-events/messaging';
import type { Collection } from '@order-events/store';
import { ForgedEventError } from './errors.ts';
import { entryOf, type LogEntry } from './event-log.ts';

/**
 * Stores every event once, under its id. The same bytes again are a redelivery and change nothing. Other bytes under a
 * stored id are refused, and stay in the dead-letter queue as evidence.
 */
export function createRecordEvent(log: Collection<LogEntry>, onDuplicate: () => void) {
  return async function recordEvent(event: CloudEvent, delivery: Delivery): Promise<void> {
    const entry = entryOf(event, delivery.body.toString('utf8'), delivery);
    if (await log.insert({ id: event.id, rev: 1, version: 0, state: entry, outbox: [], seen: [] })) return;
    const kept = await log.get(event.id);
    if (kept?.state.body !== entry.body) throw new ForgedEventError(event.id, digest(entry.body));
    onDuplicate();
  };
}

function digest(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
