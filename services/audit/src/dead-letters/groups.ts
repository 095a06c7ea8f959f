import type { Summary } from './letter-view.ts';

/** Dead letters of one queue, type and code. */
export interface Group {
  readonly queue: string;
  readonly type: string;
  readonly code: string;
  readonly count: number;
  readonly oldest?: string;
  readonly newest?: string;
  /** How many of them were replayed before. */
  readonly replayed: number;
  /** One of them. */
  readonly sample: { readonly id: string; readonly message: string };
}

/** Groups by queue, type and code, the largest first. */
export function groupsOf(letters: readonly Summary[]): Group[] {
  const alike = Map.groupBy(letters, ({ queue, type, code }) => JSON.stringify([queue, type, code]));
  return [...alike.values()].map(groupOf).sort((one, other) => other.count - one.count);
}

function groupOf(letters: readonly Summary[]): Group {
  const [sample] = letters as readonly [Summary];
  const times = letters.flatMap(({ deadSince }) => deadSince ?? []).sort();
  const [oldest, newest] = [times[0], times.at(-1)];
  return {
    queue: sample.queue,
    type: sample.type,
    code: sample.code,
    count: letters.length,
    ...(oldest !== undefined && { oldest }),
    ...(newest !== undefined && { newest }),
    replayed: letters.filter(({ replay }) => replay > 0).length,
    sample: { id: sample.id, message: sample.message },
  };
}
