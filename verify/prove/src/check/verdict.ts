/** What a check found. The first three are what must never be; the counts say that there was something to find. */
export interface Verdict {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** Neither lost nor doubled, and wrong. */
  readonly wrong: readonly string[];
}

export const fine: Verdict = { lost: [], doubled: [], wrong: [] };

export function allOf(verdicts: readonly Verdict[]): Verdict {
  return {
    lost: verdicts.flatMap(({ lost }) => lost),
    doubled: verdicts.flatMap(({ doubled }) => doubled),
    wrong: verdicts.flatMap(({ wrong }) => wrong),
  };
}

/** Each of `wanted` must be in `found` exactly once, and nothing else. */
export function exactlyOnce(what: string, wanted: Iterable<string>, found: Iterable<string>): Verdict {
  const counts = new Map<string, number>();
  for (const each of found) counts.set(each, (counts.get(each) ?? 0) + 1);
  const expected = new Set(wanted);
  return {
    lost: [...expected].filter((each) => !counts.has(each)).map((each) => `${what}: none for ${each}`),
    doubled: [...counts].filter(([, count]) => count > 1).map(([each, count]) => `${what}: ${count} for ${each}`),
    wrong: [...counts.keys()]
      .filter((each) => !expected.has(each))
      .map((each) => `${what}: one nobody asked for, ${each}`),
  };
}
