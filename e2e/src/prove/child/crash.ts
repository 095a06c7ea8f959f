/** `message.handled:3`: the third pass of that step. */
export function parseCrash(text: string): { step: string; pass: number } {
  const [, step, pass] = /^([a-z.-]+):([1-9]\d*)$/.exec(text) ?? [];
  if (!step) throw new Error(`CRASH_AT is a step and a number, such as message.handled:1, and not ${text}`);
  return { step, pass: Number(pass) };
}

/** A function to be called at every step, which doesn't return from the one that was asked for. */
export function crashAt(text: string | undefined): (step: string) => void {
  if (!text) return () => undefined;
  const { step: wanted, pass } = parseCrash(text);
  let passes = 0;
  return (step) => {
    if (step !== wanted) return;
    passes += 1;
    if (passes === pass) die();
  };
}

// The signal ends every thread; until it does, this one does nothing more.
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
}
