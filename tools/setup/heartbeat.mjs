const EVERY_MS = 10_000;

/**
 * Says that something still goes on, until it is done.
 *
 * @template T
 * @param {(line: string) => void} say
 * @param {() => Promise<T>} work
 */
export async function withHeartbeat(say, work) {
  const started = performance.now();
  const timer = setInterval(
    () => say(`  still installing, ${Math.round((performance.now() - started) / 1000)} s`),
    EVERY_MS,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
