import type { Summary } from './letter-view.ts';

/** Which letters are meant; what isn't named doesn't matter. */
export interface Filter {
  readonly queue?: string | undefined;
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  readonly order?: string | undefined;
  /** Dead since that moment or later. */
  readonly since?: string | undefined;
  /** Dead before that moment. */
  readonly before?: string | undefined;
}

export function matches({ queue, type, code, order, since, before }: Filter) {
  return (letter: Summary): boolean => {
    const { deadSince = '' } = letter;
    return (
      (queue === undefined || letter.queue === queue) &&
      (type === undefined || letter.type === type) &&
      (code === undefined || letter.code === code) &&
      (order === undefined || letter.orderId === order) &&
      (since === undefined || deadSince >= since) &&
      (before === undefined || deadSince < before)
    );
  };
}

/** Copies of one letter as one, at the place of the oldest, with the highest replay among them. */
export function withoutCopies<S extends Summary>(letters: readonly S[]): S[] {
  const folded = new Map<string, S>();
  for (const letter of letters) {
    const name = JSON.stringify([letter.queue, letter.id, letter.digest]);
    const first = folded.get(name);
    const replay = Math.max(first?.replay ?? 0, letter.replay);
    folded.set(name, { ...(first ?? letter), replay, copies: (first?.copies ?? 0) + 1 });
  }
  return [...folded.values()];
}

/** By queue, then by time of death; the order of pages. */
export function positionOf({ queue, deadSince = '', id, digest }: Summary): string {
  return [queue, deadSince, id, digest].join('\n');
}

export interface LetterPage<S> {
  readonly items: readonly S[];
  readonly next: string | undefined;
}

/** A page begins after a position, whether or not the letter that stood there is gone meanwhile. */
export function pageOf<S extends Summary>(
  letters: readonly S[],
  { limit, after = '' }: { limit: number; after?: string | undefined },
): LetterPage<S> {
  const positions = letters.map((letter) => ({ letter, at: positionOf(letter) })).filter(({ at }) => at > after);
  positions.sort((one, other) => (one.at < other.at ? -1 : 1));
  const page = positions.slice(0, limit);
  return {
    items: page.map(({ letter }) => letter),
    next: positions.length > limit ? page.at(-1)?.at : undefined,
  };
}
