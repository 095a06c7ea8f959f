import { type CloudEvent, type EventDraft, eventIdentity } from '@order-events/contracts';

/** A new state and the events that tell of it, in the order in which they are published. */
export interface Change<S> {
  readonly state: S;
  readonly events: readonly EventDraft[];
}

/** Nothing to write. */
export interface Unchanged<S> {
  readonly unchanged: true;
  readonly state: S;
}

export type Decision<S> = Change<S> | Unchanged<S>;

export function decide<S>(state: S, ...events: EventDraft[]): Change<S> {
  return { state, events };
}

export function unchanged<S>(state: S): Unchanged<S> {
  return { unchanged: true, state };
}

/** Why something is decided: what its events carry besides their data. */
export interface Cause {
  /** Identity of the event consumed. Absent when a request, a timer or a person is the cause. */
  readonly eventId?: string | undefined;
  /** What the events name as their cause where it isn't `eventId`: see afterwards(). */
  readonly causationId?: string | undefined;
  readonly correlationId: string;
  readonly triggeredBy: CloudEvent['triggeredby'];
  readonly userId?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

export function causeOf(event: CloudEvent): Cause {
  return {
    eventId: eventIdentity(event),
    correlationId: event.correlationid,
    triggeredBy: 'system',
    userId: event.userid,
    traceparent: event.traceparent,
    tracestate: event.tracestate,
  };
}

/** The same cause for a later write of the same handling, which would otherwise find its own event already seen. */
export function afterwards({ eventId, ...cause }: Cause): Cause {
  return { ...cause, causationId: eventId ?? cause.causationId };
}
