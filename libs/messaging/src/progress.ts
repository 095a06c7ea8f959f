/** How far the events of one source and subject have come at one queue: a small document, whatever happened before. */
export interface Progress {
  /** Every event up to this one was handled or skipped; 0 before the first. */
  readonly sequence: number;
  /** The ranges that were skipped and never came since, ascending; the latest 100 of them. */
  readonly skipped: readonly Range[];
  /** What came before its turn, ascending, and when it first did; the lowest 100. */
  readonly waiting: readonly Waiting[];
}

export interface Range {
  readonly from: number;
  /** Itself included. */
  readonly to: number;
}

export interface Waiting {
  readonly sequence: number;
  /** RFC 3339, UTC. */
  readonly since: string;
}

/** Keeps a Progress for each stream, in the service's store. */
export interface ProgressStore {
  /**
   * Reads, decides, and stores what was decided; decides anew when another instance was faster. Giving back what it was
   * given writes nothing. Resolves, once that is stored, with what `decide` was given last and what it answered.
   */
  change(stream: string, decide: (progress: Progress) => Progress): Promise<{ before: Progress; after: Progress }>;
}

/**
 * How an event arrives. `early`: a predecessor is missing. `in-turn`: no successor was handled. `late`: it had been
 * skipped. `repeat`: it was handled, as far as is known.
 */
export type Arrival = 'early' | 'in-turn' | 'late' | 'repeat';

/** An event that is missing may take this long, in ms; then it is skipped. */
export const PATIENCE_MS = 2 * 60_000;
const MOST_KEPT = 100;

export function arrivalOf({ sequence, skipped }: Progress, number: number): Arrival {
  if (number > sequence + 1) return 'early';
  if (number === sequence + 1) return 'in-turn';
  return skipped.some(({ from, to }) => from <= number && number <= to) ? 'late' : 'repeat';
}

export interface Now {
  readonly at: Date;
  /** Since when the consumer runs without a break, if it does: what comes during an outage isn't missing. */
  readonly liveSince: Date | undefined;
}

/** An early event's wait: noted when it begins; when it was long enough, what is missing is skipped. */
export function wait(progress: Progress, number: number, now: Now): Progress {
  if (arrivalOf(progress, number) !== 'early') return progress;
  const mine = progress.waiting.find(({ sequence }) => sequence === number);
  if (!mine) return begin(progress, { sequence: number, since: now.at.toISOString() });
  return waitedMs(mine, now) < PATIENCE_MS ? progress : skipTo(progress, nextOf(progress, number, now) - 1);
}

/** What a message that dies leaves behind: a gap that nobody need wait for. */
export function skip(progress: Progress, number: number): Progress {
  return arrivalOf(progress, number) === 'in-turn' ? skipTo(progress, number) : progress;
}

export function handled(progress: Progress, number: number): Progress {
  const arrival = arrivalOf(progress, number);
  if (arrival === 'repeat') return progress;
  const skipped = arrival === 'late' ? progress.skipped.flatMap((range) => without(range, number)) : progress.skipped;
  return moved({ ...progress, skipped }, Math.max(progress.sequence, number));
}

function begin(progress: Progress, mine: Waiting): Progress {
  const waiting = [...progress.waiting, mine].sort((a, b) => a.sequence - b.sequence).slice(0, MOST_KEPT);
  return waiting.includes(mine) ? { ...progress, waiting } : progress;
}

/**
 * The one to go on with: whoever waits in front of it and would have to be skipped, too, goes first. One that did not
 * go on by itself although it could long ago is as good as missing.
 */
function nextOf({ sequence, waiting }: Progress, number: number, now: Now): number {
  const inFront = waiting.filter((each) => each.sequence > sequence && each.sequence < number);
  return inFront.find((each) => waitedMs(each, now) < 2 * PATIENCE_MS)?.sequence ?? number;
}

// A time further ahead than a wait is long was written by a clock that was wrong, and says nothing.
function waitedMs({ since }: Waiting, { at, liveSince }: Now): number {
  const times = [Date.parse(since), (liveSince ?? at).getTime()];
  const believed = times.filter((time) => time - at.getTime() <= PATIENCE_MS);
  return at.getTime() - Math.max(...believed);
}

function skipTo(progress: Progress, last: number): Progress {
  if (last <= progress.sequence) return progress;
  const range = { from: progress.sequence + 1, to: last };
  return moved({ ...progress, skipped: [...progress.skipped, range].slice(-MOST_KEPT) }, last);
}

function moved(progress: Progress, sequence: number): Progress {
  return { ...progress, sequence, waiting: progress.waiting.filter((each) => each.sequence > sequence) };
}

function without({ from, to }: Range, taken: number): Range[] {
  const rest =
    taken < from || taken > to
      ? [{ from, to }]
      : [
          { from, to: taken - 1 },
          { from: taken + 1, to },
        ];
  return rest.filter((range) => range.from <= range.to);
}
