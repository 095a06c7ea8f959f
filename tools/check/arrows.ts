import { kindOf } from './workspaces.ts';

/** One workspace knows another, by an import or by its package.json. Both as folders. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** For others, outside this tree: it knows no other workspace, and no part of the system knows it. */
const forOthers = 'libs/client';

/** What each lib may know. Its tests may know testing as well. */
const libsKnow: Record<string, readonly string[]> = {
  'libs/contracts': [],
  'libs/runtime': [],
  [forOthers]: [],
  'libs/messaging': ['libs/contracts', 'libs/runtime'],
  'libs/store': ['libs/contracts'],
  'libs/testing': ['libs/contracts', 'libs/runtime', 'libs/messaging', 'libs/store'],
};

/** What is wrong with each arrow that points where it may not. */
export function wrongArrows(arrows: readonly Arrow[]): string[] {
  return arrows.flatMap(({ from, to }) => {
    const problem = problemOf(from, to);
    return problem ? [`${from} → ${to}: ${problem}`] : [];
  });
}

function problemOf(from: string, to: string): string | undefined {
  if (kindOf(from) === 'tool' || to === 'libs/testing') return undefined;
  if (to === forOthers) return 'the client is for those who use the system, outside it';
  if (kindOf(from) === 'service')
    return kindOf(to) === 'lib' ? undefined : 'a service knows libs, and no other service';
  const known = libsKnow[from];
  if (!known) return `nothing says yet what ${from} may know`;
  return known.includes(to) ? undefined : `${from} knows ${known.join(' and ') || 'no other workspace'}`;
}
