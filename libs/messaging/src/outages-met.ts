/** The header `pauses` of a message's copies: the outages that it met. */
export interface Pauses {
  /** How often in a row it met one while other messages, of any type, were handled. */
  readonly times: number;
  /** Since when that is so (RFC 3339). */
  readonly since?: string;
  /** When it was last set aside. */
  readonly last: string;
  /** Others of its own type are handled: it pauses the queue no more. */
  readonly alone?: true;
}

export interface Met {
  readonly pauses: Pauses;
  /** As the trial message it is kept no longer than this. */
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

const LEAST_HOLD_MS = 1_000;
const MOST_HOLD_MS = 10_000;
const MOST_TIMES = 5;
const MOST_MS = 3_600_000;

/**
 * Tells an outage from a message's own fault. The list of errors that count as an outage is made by hand, and a wrong entry
 * would let one message pause its queue for ever. In an outage other messages fail, too. A message that fails while others
 * of its type are handled fails alone, and gives way to them. After an hour of that, in which no other message met the
 * outage for the first time, it is dead.
 */
export class OutagesMet {
  /** When the last message was handled, by type. */
  readonly #handledAt = new Map<string, number>();
  /** Since when messages of a type meet an outage and none is handled. */
  readonly #began = new Map<string, number>();
  #lastHandled = Number.NEGATIVE_INFINITY;
  /** The last message that met an outage and had not failed among others before. */
  #lastMet: { readonly id: unknown; readonly at: number } = { id: undefined, at: Number.NEGATIVE_INFINITY };

  handled(type: string, at: Date): void {
    this.#lastHandled = at.getTime();
    this.#handledAt.set(type, this.#lastHandled);
    this.#began.delete(type);
  }

  /** Judges a message that meets an outage, by what became of the others meanwhile. */
  meets(meeting: Meeting, now: Date): Met {
    const { id, type, measured } = meeting;
    const at = now.getTime();
    const pauses = measured ? { times: 0, last: now.toISOString() } : this.#pausesOf(meeting, now);
    const ownFault = pauses.times >= MOST_TIMES && at - Date.parse(pauses.since ?? pauses.last) >= MOST_MS;
    if (pauses.times === 0) this.#lastMet = { id, at };
    const began = this.#began.get(type) ?? at;
    this.#began.set(type, began);
    return { pauses, ownFault, holdMs: Math.min(MOST_HOLD_MS, Math.max(LEAST_HOLD_MS, at - began)) };
  }

  #pausesOf({ id, type, known }: Meeting, now: Date): Pauses {
    const last = now.toISOString();
    if (!known) return { times: 0, last };
    const before = Date.parse(known.last);
    const others = this.#lastHandled > before;
    const outage = this.#lastMet.id !== id && this.#lastMet.at > before;
    const times = others ? known.times + 1 : outage ? 0 : known.times;
    const alone = (this.#handledAt.get(type) ?? Number.NEGATIVE_INFINITY) > before || (known.alone && !outage);
    const since = outage ? last : (known.since ?? last);
    return { times, last, ...(times > 0 && { since }), ...(alone && { alone }) };
  }
}

/** Reads the header of a copy; undefined when it holds something else. */
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
