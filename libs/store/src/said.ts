import { createEvent, type EventDraft, type KeyRing } from '@order-events/contracts';
import type { Document, OutboxEntry } from './collection.ts';
import type { Cause, Change } from './decision.ts';

/** Who says a document's events, and with what. */
export interface Speaker<S> {
  /** `/services/orders` */
  readonly source: string;
  readonly keys: KeyRing;
  /** Whether a document keeps the identities of the events it heard: yes for one about one order, no for a gathering one. */
  readonly keepsSeen: boolean;
  /** Owner of the document, for the events' `userid`; without it, the cause's. */
  readonly userId?: (state: S) => string | undefined;
  readonly clock: () => Date;
  readonly newId: () => string;
}

/** The document after the change: its events numbered, checked, signed and in the outbox. Throws ContractError. */
export function after<S>(
  document: Document<S>,
  { state, events }: Change<S>,
  cause: Cause,
  by: Speaker<S>,
): Document<S> {
  const at = by.clock().toISOString();
  const userId = by.userId?.(state) ?? cause.userId;
  const entries = events.map((draft, position) => {
    return entryOf(draft, { id: document.id, sequence: document.version + position + 1, at, userId }, cause, by);
  });
  const heard = by.keepsSeen && cause.eventId !== undefined ? [cause.eventId] : [];
  return {
    ...document,
    version: document.version + events.length,
    state,
    outbox: [...document.outbox, ...entries],
    seen: [...document.seen, ...heard],
  };
}

interface Place {
  readonly id: string;
  readonly sequence: number;
  readonly at: string;
  readonly userId: string | undefined;
}

function entryOf<S>(draft: EventDraft, place: Place, cause: Cause, by: Speaker<S>): OutboxEntry {
  const causationid = cause.causationId ?? cause.eventId;
  const event = createEvent(draft, {
    id: by.newId(),
    source: by.source,
    subject: place.id,
    version: place.sequence,
    time: place.at,
    correlationid: cause.correlationId,
    triggeredby: cause.triggeredBy,
    ...(causationid !== undefined && { causationid }),
    ...(place.userId !== undefined && { userid: place.userId }),
    ...(cause.traceparent !== undefined && { traceparent: cause.traceparent }),
    ...(cause.tracestate !== undefined && { tracestate: cause.tracestate }),
  });
  const body = JSON.stringify(event);
  const signature = by.keys.sign(by.source, body);
  return { id: event.id, sequence: place.sequence, at: place.at, type: event.type, body, signature };
}
