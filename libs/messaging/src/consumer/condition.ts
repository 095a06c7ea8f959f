/** How a consumer stands with its queue. Pure: a condition and an event make the next condition. */
export interface Condition {
  readonly flow: Flow;
  /** The last outage of a dependency; kept until a message is processed without one. */
  readonly outage?: Outage;
  /** True until a message was handled: a message that kills the process then takes no other message with it. */
  readonly oneAtATime: boolean;
}

export type Flow =
  /** The broker hands out nothing: before the first subscription, or after channel, tag or connection was lost. */
  | { readonly is: 'down' }
  /** Down, because the queue is not in the broker. */
  | { readonly is: 'missing' }
  /** Subscribed, without a break since then. */
  | { readonly is: 'live'; readonly since: Date }
  /** It subscribes anew after a silence: live for as long as a working broker may take to answer on the same connection. */
  | { readonly is: 'renewing'; readonly since: Date; readonly begun: Date; readonly connection: unknown }
  /** A dependency is down: one trial message is tried again and again, and no other is taken. */
  | { readonly is: 'paused' };

export interface Outage {
  readonly reason: string;
  /** When the first trial message met it. */
  readonly since: Date;
  /** When a trial message last met it, or ended its trial. */
  readonly seen: Date;
}

export type ConsumerEvent =
  /** The broker has agreed to hand out messages. `connection` tells one connection from the next. */
  | { readonly is: 'subscribed'; readonly at: Date; readonly connection: unknown }
  | { readonly is: 'refused'; readonly missing: boolean }
  /** No message came for a while, on a connection that is open. */
  | { readonly is: 'silent'; readonly at: Date; readonly connection: unknown }
  | { readonly is: 'lost' }
  /** A message met an outage and becomes the trial message. */
  | { readonly is: 'paused'; readonly at: Date; readonly reason: string }
  /** The trial message left; the broker is asked for messages again. */
  | { readonly is: 'resumed'; readonly at: Date }
  /** A message left this consumer: `handled`, another outcome, or neither because it met an outage or was given back. */
  | { readonly is: 'processed'; readonly as: 'handled' | 'decided' | 'undecided' }
  /** The life of a channel ended, and its trial message with it. */
  | { readonly is: 'ended' };

/** A broker at work subscribes a consumer anew within this time. */
export const RENEW_MS = 10_000;
/** An outage counts as lasting for this time after a trial message was seen: the next one may be the trial of another instance. */
export const OUTAGE_MS = 60_000;

export const unsubscribed: Condition = { flow: { is: 'down' }, oneAtATime: true };

export function next(condition: Condition, event: ConsumerEvent): Condition {
  const { flow } = condition;
  switch (event.is) {
    case 'subscribed':
      return { ...condition, flow: subscribed(flow, event.at, event.connection) };
    case 'refused':
      return { ...condition, flow: { is: event.missing ? 'missing' : 'down' } };
    case 'silent':
      return flow.is === 'live' ? { ...condition, flow: renewing(flow.since, event) } : condition;
    case 'lost':
      return flow.is === 'paused' ? condition : { ...condition, flow: { is: 'down' } };
    case 'paused':
      return flow.is === 'paused' ? condition : paused(condition, event.at, event.reason);
    case 'resumed':
      return flow.is === 'paused' ? resumed(condition, event.at) : condition;
    case 'processed':
      return flow.is === 'paused' || event.as === 'undecided' ? condition : recovered(condition, event.as);
    case 'ended':
      return flow.is === 'paused' ? { ...condition, flow: { is: 'down' } } : condition;
  }
}

function subscribed(flow: Flow, at: Date, connection: unknown): Flow {
  if (flow.is === 'paused' || flow.is === 'live') return flow;
  return { is: 'live', since: flow.is === 'renewing' && isInTime(flow, at, connection) ? flow.since : at };
}

const renewing = (since: Date, { at, connection }: { at: Date; connection: unknown }): Flow => ({
  is: 'renewing',
  since,
  begun: at,
  connection,
});

function paused(condition: Condition, at: Date, reason: string): Condition {
  const since = isOut(condition, at) ? (condition.outage?.since ?? at) : at;
  return { flow: { is: 'paused' }, outage: { reason, since, seen: at }, oneAtATime: true };
}

function resumed({ outage, oneAtATime }: Condition, at: Date): Condition {
  return { flow: { is: 'down' }, oneAtATime, ...(outage && { outage: { ...outage, seen: at } }) };
}

function recovered(condition: Condition, as: 'handled' | 'decided'): Condition {
  const { flow, outage } = condition;
  // A consumer that subscribes anew changes nothing on the channel that it is about to leave.
  const oneAtATime = condition.oneAtATime && (as !== 'handled' || flow.is === 'renewing');
  return outage || oneAtATime !== condition.oneAtATime ? { flow, oneAtATime } : condition;
}

type Renewing = Extract<Flow, { readonly is: 'renewing' }>;

const isInTime = ({ begun, connection }: Renewing, now: Date, current: unknown) =>
  connection === current && now.getTime() - begun.getTime() < RENEW_MS;

// A trial message may never come back: another instance has it by now, or its queue is gone.
const isOut = ({ flow, outage }: Condition, now: Date) =>
  outage !== undefined && (flow.is === 'paused' || now.getTime() - outage.seen.getTime() < OUTAGE_MS);

/** Whether the broker may have forgotten this consumer: nothing came since the last look, and nothing is being handled. */
export function isSilent({ flow }: Condition, heard: boolean, inFlight: number): boolean {
  return !heard && inFlight === 0 && flow.is !== 'paused';
}

/** A condition as health, metrics and log lines show it at one moment. */
export interface Shown {
  /** True while the broker hands messages to this consumer. */
  readonly live: boolean;
  /** Since when it has been live without a break. */
  readonly since?: Date;
  /** The outage that holds it back. Then it is not live, and not lost either. */
  readonly paused?: string;
  readonly pausedSince?: Date;
  /** Its queue is not in the broker. A running service declares none: an operator has to. */
  readonly missing?: true;
}

export function shown(condition: Condition, now: Date, connection: unknown): Shown {
  const { flow, outage } = condition;
  const out = isOut(condition, now) && outage;
  const hears = flow.is === 'live' || (flow.is === 'renewing' && isInTime(flow, now, connection));
  return {
    live: hears && !out,
    ...('since' in flow && { since: flow.since }),
    ...(out && { paused: out.reason, pausedSince: out.since }),
    ...(flow.is === 'missing' && { missing: true }),
  };
}
