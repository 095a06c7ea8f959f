/** The longest delay of a Node timer, 24.8 days. With a longer one it fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Calls `act` once at `time`, however far ahead. A time that no Date can hold never comes. Returns a function that cancels it. */
export function actAt(time: Date, clock: () => Date, act: () => void): () => void {
  let timer = setTimeout(wait, 0).unref();
  function wait(): void {
    const leftMs = time.getTime() - clock().getTime();
    if (leftMs <= 0) act();
    else timer = setTimeout(wait, Number.isNaN(leftMs) ? longestTimerMs : Math.min(leftMs, longestTimerMs)).unref();
  }
  return () => clearTimeout(timer);
}
