import { type CloudEvent, createEvent, type KeyRing } from '@order-events/contracts';
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
  const time = by.clock().toISOString();
  const said = events.map((draft, position) => {
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
  const heard = by.keepsSeen && cause.eventId !== undefined ? [cause.eventId] : [];
  return {
    ...document,
    version: document.version + events.length,
    state,
    outbox: [...document.outbox, ...said.map((event) => entryOf(event, by.keys))],
    seen: [...document.seen, ...heard],
  };
}

/** Whether the document has the effect of the event already. */
export function isHeard<S>({ seen }: Document<S>, { eventId }: Cause, { keepsSeen }: Speaker<S>): boolean {
  return keepsSeen && eventId !== undefined && seen.includes(eventId);
}

function entryOf(event: CloudEvent, keys: KeyRing): OutboxEntry {
  const { id, sequence, time: at, type } = event;
  const body = JSON.stringify(event);
  return { id, sequence: Number(sequence), at, type, body, signature: keys.sign(event.source, body) };
}
