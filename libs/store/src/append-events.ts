import { type CloudEvent, createEvent, type KeyRing } from '@order-events/contracts';
import type { Document, OutboxEntry } from './collection.ts';
import type { Cause, Change } from './decision.ts';

/** Whose events the documents of a collection publish. */
export interface Producer<S> {
  /** The `source` of the events, such as `/services/orders`. */
  readonly source: string;
  /** Signs the events: it has a key for `source`. */
  readonly keys: KeyRing;
  /** Whether a document keeps the identities of the events it consumed: true for one about one order, false for one about many. */
  readonly keepsSeen: boolean;
  /** Owner of the document, for the events' `userid`; without it, the cause's. */
  readonly userId?: (state: S) => string | undefined;
  readonly clock: () => Date;
  readonly newId: () => string;
}

/** The document after the change: its events numbered, checked, signed and in the outbox. Throws ContractError. */
export function appendEvents<S>(
  document: Document<S>,
  { state, events }: Change<S>,
  cause: Cause,
  by: Producer<S>,
): Document<S> {
  const time = by.clock().toISOString();
  const published = events.map((draft, position) => {
    return createEvent(draft, {
      id: by.newId(),
      source: by.source,
      subject: document.id,
      version: document.version + position + 1,
      time,
      correlationid: cause.correlationId,
      causationid: cause.causationId ?? cause.eventId,
      triggeredby: cause.triggeredBy,
      userid: by.userId?.(state) ?? cause.userId,
      traceparent: cause.traceparent,
      tracestate: cause.tracestate,
    });
  });
  const consumed = by.keepsSeen && cause.eventId !== undefined ? [cause.eventId] : [];
  return {
    ...document,
    version: document.version + events.length,
    state,
    outbox: [...document.outbox, ...published.map((event) => entryOf(event, by.keys))],
    seen: [...document.seen, ...consumed],
  };
}

/** Whether the document has the effect of the event already. */
export function isConsumed<S>({ seen }: Document<S>, { eventId }: Cause, { keepsSeen }: Producer<S>): boolean {
  return keepsSeen && eventId !== undefined && seen.includes(eventId);
}

function entryOf(event: CloudEvent, keys: KeyRing): OutboxEntry {
  const { id, sequence, time: at, type } = event;
  const body = JSON.stringify(event);
  return { id, sequence: Number(sequence), at, type, body, signature: keys.sign(event.source, body) };
}
