import { kindOf } from './workspaces.ts';

/** One workspace knows another, by an import or by its package.json. Both as folders. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** For others, outside this tree: it knows no other workspace, and no part of the system knows it. */
const forOthers = 'libs/client';

/** What each lib may know. Its tests may know testing as well. */
export const libsKnow: Record<string, readonly string[]> = {
  'libs/contracts': [],
  'libs/runtime': [],
  [forOthers]: [],
  'libs/messaging': ['libs/contracts', 'libs/runtime'],
  'libs/store': ['libs/contracts'],
  'libs/service': ['libs/contracts', 'libs/runtime', 'libs/messaging', 'libs/store'],
  'libs/testing': ['libs/contracts', 'libs/runtime', 'libs/messaging', 'libs/store', 'libs/service'],
};

/** What is wrong with each arrow that points where it may not. */
export function wrongArrows(arrows: readonly Arrow[]): string[] {
  return arrows.flatMap(({ from, to }) => {
    const problem = problemOf(from, to);
    return problem ? [`${from} → ${to}: ${problem}`] : [];
  });
}

/** What stands above the libs, and what it may know. A service may know a sandbox in its tests alone (manifests.ts). */
const othersKnow: Record<string, { readonly kinds: readonly string[]; readonly words: string }> = {
  services: { kinds: ['libs', 'sandboxes'], words: 'a service knows libs, and no other service' },
  examples: { kinds: ['libs', 'sandboxes'], words: 'an example knows libs, as a service does' },
  tools: { kinds: ['libs'], words: 'tools are for developing, and know libs alone' },
  apps: { kinds: ['libs', 'services', 'sandboxes', 'tools'], words: 'an app knows what it starts, and no other app' },
  verify: { kinds: ['libs', 'services', 'sandboxes', 'tools', 'apps', 'verify'], words: 'verify knows what it tries' },
};

function problemOf(from: string, to: string): string | undefined {
  if (to === 'libs/testing') return undefined;
  if (kindOf(from) === 'sandboxes') return to === 'libs/runtime' ? undefined : 'a sandbox knows libs/runtime alone';
  const product = ['libs', 'services', 'examples'].includes(kindOf(from));
  if (to === forOthers && product) return 'the client is for those who use the system, outside it';
  const others = othersKnow[kindOf(from)];
  if (others) return others.kinds.includes(kindOf(to)) ? undefined : others.words;
  const known = libsKnow[from];
  if (!known) return `nothing says yet what ${from} may know`;
  return known.includes(to) ? undefined : `${from} knows ${known.join(' and ') || 'no other workspace'}`;
}
