import { type Change, decide, type Unchanged, unchanged } from './decision.ts';

/** A document that moves totals, by one operation after the other. */
export interface Entry {
  /** Number of the last operation begun; 0: none yet. */
  readonly n: number;
  /** That operation, while it is not known to be over. */
  readonly pending?: string;
}

/** A document that many entries move. */
export interface Totals {
  /** By entry, the number of its last operation done here: of those that are not known to be over everywhere. */
  readonly moving: Readonly<Record<string, number>>;
}

/** By entry, the number of an operation. */
export type Markers = ReadonlyMap<string, number>;

/** One operation of one entry, as it was read after the total, and markers of others that were found to be over then. */
export interface Post<E extends Entry, T extends Totals> {
  readonly id: string;
  readonly n: number;
  readonly entry: E | undefined;
  readonly over: Markers;
  /**
   * The total as it was read before the entry. A write that several share may have dropped the marker by then, for one that
   * read the entry later and found it over: only the marker read before belongs to this entry as it was read.
   */
  readonly before?: T | undefined;
}

/**
 * Moves the total unless the operation is done there already, or is pending no longer. Right only where the entry was
 * read after the total and the total is written at the revision read: then "pending" proves that the marker is current.
 */
export function postOnce<E extends Entry, T extends Totals>(
  total: T | undefined,
  { id, n, entry, over, before }: Post<E, T>,
  move: (entry: E, marker: number) => Change<T> | Unchanged<T | undefined>,
): Change<T> | Unchanged<T | undefined> {
  const marker = Math.max(markerOf(total, id), markerOf(before, id));
  if (!entry || !isPending(entry, n) || marker >= n) return unchanged(total);
  const moved = move(entry, marker);
  if ('unchanged' in moved) return moved;
  const rest = withoutMarkers(moved.state, over);
  return decide({ ...rest, moving: { ...rest.moving, [id]: n } }, ...moved.events);
}

/** A marker that has grown since it was looked at stays. */
export function withoutMarkers<T extends Totals>(total: T, over: Markers): T {
  const moving = Object.entries(total.moving).filter(([id, n]) => over.get(id) !== n);
  return { ...total, moving: Object.fromEntries(moving) };
}

/** Nothing is pending: markers of the entry tell nothing any more. */
export function isOver(entry: Entry | undefined): boolean {
  return entry?.pending === undefined;
}

export function isPending(entry: Entry, n: number): boolean {
  return entry.pending !== undefined && entry.n === n;
}

function markerOf(total: Totals | undefined, id: string): number {
  return (total && Object.hasOwn(total.moving, id) ? total.moving[id] : undefined) ?? 0;
}

/** Any of them, so that those of operations that stay pending hide no others. */
export function someMarkers(total: Totals | undefined, count: number, own?: string): [string, number][] {
  const markers = Object.entries(total?.moving ?? {}).filter(([id]) => id !== own);
  const from = Math.floor(Math.random() * markers.length);
  return [...markers.slice(from), ...markers.slice(0, from)].slice(0, count);
}
