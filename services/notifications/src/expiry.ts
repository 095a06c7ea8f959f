/** What one timer of Node can wait for: 24.8 days. With a longer one it acts at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Acts once, when the time has come, however far off it is; one that no Date can hold never comes. Returns its cancel. */
export function actAt(time: Date, clock: () => Date, act: () => void): () => void {
  let timer = setTimeout(wait, 0).unref();
  function wait(): void {
    const leftMs = time.getTime() - clock().getTime();
    if (leftMs <= 0) act();
    else timer = setTimeout(wait, Number.isNaN(leftMs) ? longestTimerMs : Math.min(leftMs, longestTimerMs)).unref();
  }
  return () => clearTimeout(timer);
}
