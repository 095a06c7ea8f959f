import type { Memory } from '../child/commands.ts';
import { fine, type Verdict } from './verdict.ts';

/** What each process needed at rest, by name: before the harm, and when all had come to rest again. */
export interface Memories {
  readonly before: ReadonlyMap<string, Memory>;
  readonly after: ReadonlyMap<string, Memory>;
}

const MIB = 2 ** 20;

/**
 * How much more a process may need at rest than before anything had happened, in bytes: code that was compiled and caches
 * that were filled meanwhile. It is the same however long the harm lasted and however many orders came.
 */
export const tolerance: Memory = { resident: 192 * MIB, held: 16 * MIB };

/** Whatever was in memory because of the harm is let go afterwards. */
export function checkMemory({ before, after }: Memories): Verdict {
  const wrong = [...after].flatMap(([name, now]) => {
    const base = before.get(name);
    if (!base) return [`${name} did not say what it needed before`];
    return (['resident', 'held'] as const).flatMap((kind) => {
      const more = now[kind] - base[kind];
      return more <= tolerance[kind]
        ? []
        : [`${name} needs ${inMiB(more)} more memory at rest than before (${kind}, ${inMiB(tolerance[kind])} allowed)`];
    });
  });
  const silent = [...before.keys()].filter((name) => !after.has(name));
  return { ...fine, wrong: [...wrong, ...silent.map((name) => `${name} did not say what it needs`)] };
}

/** The most that any process needs more than before, in MiB. */
export function growthOf({ before, after }: Memories): Memory {
  const growth = (kind: keyof Memory) =>
    Math.max(0, ...[...after].map(([name, now]) => now[kind] - (before.get(name)?.[kind] ?? now[kind])));
  return { resident: growth('resident'), held: growth('held') };
}

export function inMiB(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
