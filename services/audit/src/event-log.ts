import { type CloudEvent, contractOf, type HistoryEntry } from '@order-events/contracts';
import { key } from '@order-events/store';

/** One event as it was received: the exact body and signature, and the fields it is found by. */
export interface LogEntry {
  readonly body: string;
  readonly signature: string;
  /** Where operators have vouched for the event: the signature of its source. `signature` is then the operators'. */
  readonly originalSignature?: string;
  readonly event: CloudEvent;
  readonly orderId?: string;
}

interface Proof {
  readonly signature?: string;
  readonly originalSignature?: string;
}

export function entryOf(event: CloudEvent, body: string, proof: Proof): LogEntry {
  const orderId = orderIdOf(event);
  const { signature = '', originalSignature } = proof;
  return {
    body,
    signature,
    ...(originalSignature !== undefined && { originalSignature }),
    event,
    ...(orderId !== undefined && { orderId }),
  };
}

/** The id of the order that an event is about; undefined for events about products. */
export function orderIdOf({ data }: Pick<CloudEvent, 'data'>): string | undefined {
  const { order, orderId } = data as { order?: { id: string }; orderId?: string };
  return order?.id ?? orderId;
}

export const logIndexes = {
  byOrder: ({ orderId, event }: LogEntry) => orderId && key(orderId, event.time, padded(event.sequence), event.id),
  byTime: ({ event }: LogEntry) => key(event.time, padded(event.sequence), event.id),
  byUser: ({ event }: LogEntry) => event.userid && key(event.userid, event.type, event.time, event.id),
};

/**
 * An event as `GET /api/v1/orders/:id/events` shows it. `ipAddress` and `userAgent` stay as sealed by the service that took
 * the request.
 */
export function historyEntryOf({ event, orderId = '' }: LogEntry): HistoryEntry {
  const { meta, ...payload } = event.data as { meta?: { ipAddress?: string; userAgent?: string } };
  return {
    eventId: event.id,
    eventType: event.type.replace(/\.v\d+$/, '').replace('.', ':'),
    eventVersion: event.dataschema.split(':').at(-1) ?? contractOf(event.type)?.version ?? '',
    orderId,
    ...(event.userid !== undefined && { userId: event.userid }),
    payload,
    metadata: { timestamp: event.time, ...meta, triggeredBy: event.triggeredby },
  };
}

// Sequences are decimal strings; padded they sort as numbers.
function padded(sequence: string): string {
  return sequence.padStart(12, '0');
}
