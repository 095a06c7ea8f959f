const ordinary = Date;
const realNow = Date.now;
let aheadMs = 0;

/**
 * From now on every Date that is made without a time, and Date.now(), are that much ahead of the machine's clock. What
 * runs on the monotonic clock (timers, performance.now) goes on as before, as it does when a machine's clock is set.
 */
export function stepClock(ms: number): void {
  if (globalThis.Date === ordinary) replaceDate();
  aheadMs = ms;
}

function replaceDate(): void {
  const now = () => realNow() + aheadMs;
  ordinary.now = now;
  globalThis.Date = new Proxy(ordinary, {
    construct: (date, given, as) => Reflect.construct(date, given.length === 0 ? [now()] : given, as),
    apply: () => String(new ordinary(now())),
  });
}
