/** What a message says, in the header `pauses` of its copies, of the outages it met. */
export interface Pauses {
  /** How often in a row it met one while others of any type were handled. */
  readonly times: number;
  /** Since when that is so (RFC 3339). */
  readonly since?: string;
  /** When it was set aside. */
  readonly last: string;
  /** Others of its own type are handled: it holds nobody up any more. */
  readonly alone?: true;
}

export interface Met {
  readonly pauses: Pauses;
  /** As a probe it is kept no longer than this. */
  readonly holdMs: number;
  /** Too often and too long for an outage: it is this message's own fault. */
  readonly ownFault: boolean;
}

interface Meeting {
  readonly id: unknown;
  readonly type: string;
  readonly known?: Pauses | undefined;
  /** Measured on what is down, by all who call it: never one message's own fault. */
  readonly measured: boolean;
}

/** Tells an outage from a message's own fault, by what becomes of the others meanwhile. */
export interface OutagesMet {
  handled(type: string, at: Date): void;
  meets(meeting: Meeting, now: Date): Met;
}

const LEAST_HOLD_MS = 1_000;
const MOST_HOLD_MS = 10_000;
const MOST_TIMES = 5;
const MOST_MS = 3_600_000;

/**
 * Errors that are taken for an outage are a list made by hand, and a wrong one in it would let one message pause its queue
 * for ever. In an outage other messages fail, too; who fails while others of its type are handled, fails alone, and gives
 * way to them. After an hour of that, in which nobody else met it for the first time, it is dead.
 */
export function createOutagesMet(): OutagesMet {
  /** When the last one was handled, by type. */
  const handledAt = new Map<string, number>();
  /** Since when those of a type meet an outage and none is handled. */
  const began = new Map<string, number>();
  let lastHandled = Number.NEGATIVE_INFINITY;
  /** The last one that met an outage and had not failed among others before. */
  let lastMet: { readonly id: unknown; readonly at: number } = { id: undefined, at: Number.NEGATIVE_INFINITY };

  function pausesOf({ id, type, known }: Meeting, now: Date): Pauses {
    const last = now.toISOString();
    if (!known) return { times: 0, last };
    const before = Date.parse(known.last);
    const others = lastHandled > before;
    const outage = lastMet.id !== id && lastMet.at > before;
    const times = others ? known.times + 1 : outage ? 0 : known.times;
    const alone = (handledAt.get(type) ?? Number.NEGATIVE_INFINITY) > before || (known.alone && !outage);
    const since = outage ? last : (known.since ?? last);
    return { times, last, ...(times > 0 && { since }), ...(alone && { alone }) };
  }

  return {
    handled(type, at) {
      lastHandled = at.getTime();
      handledAt.set(type, lastHandled);
      began.delete(type);
    },
    meets(meeting, now) {
      const { id, type, measured } = meeting;
      const at = now.getTime();
      const pauses = measured ? { times: 0, last: now.toISOString() } : pausesOf(meeting, now);
      const ownFault = pauses.times >= MOST_TIMES && at - Date.parse(pauses.since ?? pauses.last) >= MOST_MS;
      if (pauses.times === 0) lastMet = { id, at };
      if (!began.has(type)) began.set(type, at);
      const lasts = at - (began.get(type) ?? at);
      return { pauses, ownFault, holdMs: Math.min(MOST_HOLD_MS, Math.max(LEAST_HOLD_MS, lasts)) };
    },
  };
}

/** What a copy says of itself; nothing when it says something else. */
export function readPauses(header: unknown): Pauses | undefined {
  try {
    const { times, since, last, alone } = JSON.parse(String(header)) as Record<string, unknown>;
    if (!Number.isSafeInteger(times) || !isTime(last)) return undefined;
    const kept = { ...(isTime(since) && { since }), ...(alone === true && { alone: true as const }) };
    return { times: times as number, last, ...kept };
  } catch {
    return undefined;
  }
}

const isTime = (value: unknown): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value));
