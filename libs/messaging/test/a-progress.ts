import { setImmediate } from 'node:timers/promises';
import type { Progress, ProgressStore } from '../src/progress.ts';

export const nothingYet: Progress = { sequence: 0, skipped: [], waiting: [] };

/** What two instances would share: compare-and-set, with a moment between reading and writing. */
export function aProgress(): ProgressStore & { readonly kept: Map<string, Progress> } {
  const kept = new Map<string, Progress>();
  return {
    kept,
    async change(stream, decide) {
      for (;;) {
        const before = kept.get(stream) ?? nothingYet;
        const after = decide(before);
        await setImmediate();
        if (after === before) return { before, after };
        if ((kept.get(stream) ?? nothingYet) !== before) continue;
        kept.set(stream, after);
        return { before, after };
      }
    },
  };
}
