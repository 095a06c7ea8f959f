import { setTimeout as delay } from 'node:timers/promises';
import type { Archive } from './check/evidence.ts';
import { unfinished } from './check/unfinished.ts';
import type { World } from './world.ts';

// A service that was killed finds what it left in its outbox at its next sweep: after 10 s, and 33 s at most.
const LONGEST_MS = 180_000;
// The broker's counts are up to five seconds old.
const CALM_MS = 5_500;

/** Waits until nothing is under way any more. Resolves with what still is, when that takes too long. */
export async function settle(archive: Archive, { queues, say }: World, longestMs = LONGEST_MS): Promise<string[]> {
  const began = Date.now();
  let calmSince: number | undefined;
  for (let told = began; ; await delay(500)) {
    const left = unfinished(await archive.read(), await queues.depths());
    const now = Date.now();
    calmSince = left.length > 0 ? undefined : (calmSince ?? now);
    if (calmSince !== undefined && now - calmSince >= CALM_MS) return [];
    if (now - began > longestMs) return left;
    if (now - told < 10_000) continue;
    told = now;
    say(`waiting for ${left.length} things to end, such as: ${left[0] ?? 'the queues'}`);
  }
}
