import type { Summary } from './letter-view.ts';

/** Selects dead letters; an absent field selects all. */
export interface Filter {
  readonly queue?: string | undefined;
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  readonly order?: string | undefined;
  /** Dead-lettered at this time or later. */
  readonly since?: string | undefined;
  /** Dead-lettered before this time. */
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

/** Folds copies of one letter into one, in the place of the oldest, with the highest replay count. */
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

/** The order of pages: by queue, then by the time of dead-lettering. */
export function positionOf({ queue, deadSince = '', id, digest }: Summary): string {
  return [queue, deadSince, id, digest].join('\n');
}

export interface LetterPage<S> {
  readonly items: readonly S[];
  readonly next: string | undefined;
}

/** A page after a position, also where the letter at that position is gone. */
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
