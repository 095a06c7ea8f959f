import { setTimeout as delay } from 'node:timers/promises';

/** From 100 ms, doubling to at most 10 s, the upper half of it by chance: clients of a restarted broker come back spread out. */
export function backoff(failures: number, random: () => number): number {
  const ceiling = Math.min(10_000, 100 * 2 ** failures);
  return ceiling / 2 + (ceiling / 2) * random();
}

/** Resolves after the time, or as soon as the signal says that nobody waits for it any more. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, { ...(signal && { signal }) }).catch(() => undefined);
}

/** True when the work settled within the time. */
export async function settledWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const settled = work.then(
    () => true,
    () => true,
  );
  const result = await Promise.race([settled, pause(ms, timer.signal).then(() => false)]);
  timer.abort();
  return result;
}
