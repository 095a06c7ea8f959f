import { setTimeout as delay } from 'node:timers/promises';
import type { Archive } from './check/evidence.ts';
import { unfinished } from './check/unfinished.ts';
import type { World } from './world.ts';

export interface Patience {
  /** In all. */
  readonly longestMs: number;
  /** While nothing moves. */
  readonly stillMs: number;
}

// A service that was killed finds what it left in its outbox at its next sweep: after 10 s, and 43 s at most.
export const ordinaryPatience: Patience = { longestMs: 240_000, stillMs: 75_000 };

// The broker's counts are up to five seconds old.
const CALM_MS = 5_500;
const TELL_MS = 15_000;

/** Waits until nothing is under way any more. Resolves with what still is, when that takes too long. */
export async function settle(archive: Archive, { queues, say }: World, patience: Patience): Promise<string[]> {
  const began = Date.now();
  let [moved, told, before] = [began, began, '?'];
  for (;;) {
    const left = unfinished(await archive.read(), await queues.depths().catch(() => new Map([['the broker', 1]])));
    const now = Date.now();
    if (left.join() !== before) moved = now;
    before = left.join();
    if (left.length === 0 && now - moved >= CALM_MS) return [];
    if (now - moved > patience.stillMs || now - began > patience.longestMs) return left;
    if (left.length > 0 && now - told > TELL_MS) {
      told = now;
      say(`waiting for ${left.length} things to end: ${left[0]} …`);
    }
    await delay(500);
  }
}
