/** Resolves after the time; rejects with the signal's reason as soon as that is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** From 250 ms, doubling to at most 5 s, the upper half by chance: clients of a restarted service come back spread out. */
export function backoff(failures: number): number {
  const ceiling = Math.min(5_000, 250 * 2 ** failures);
  return ceiling / 2 + (ceiling / 2) * Math.random();
}
