/** `message.handled:3`: the third pass of that step. */
export function parseCrash(text: string): { step: string; pass: number } {
  const [, step, pass] = /^([a-z.-]+):([1-9]\d*)$/.exec(text) ?? [];
  if (!step) throw new Error(`CRASH_AT is a step and a number, such as message.handled:1, and not ${text}`);
  return { step, pass: Number(pass) };
}

interface Stall {
  readonly step: string;
  readonly pass: number;
  readonly ms: number;
}

/** What is to happen at a step. */
export interface StepHarm {
  /** To be called at every step; doesn't return from the one at which the process is to end. */
  passed(step: string): void;
  /** Stops once at that pass from now on, as a process does whose machine is taken away for a while. Answers with how to call it off. */
  stallAt(stall: Stall, stalls: () => void): () => void;
}

export function createStepHarm(crashAt: string | undefined): StepHarm {
  const harms = new Set<(step: string) => void>();

  function atPass(wanted: string, pass: number, harm: () => void): () => void {
    let left = pass;
    const watch = (step: string) => {
      if (step !== wanted) return;
      left -= 1;
      if (left > 0) return;
      harms.delete(watch);
      harm();
    };
    harms.add(watch);
    return () => void harms.delete(watch);
  }

  if (crashAt) {
    const { step, pass } = parseCrash(crashAt);
    atPass(step, pass, die);
  }
  return {
    passed(step) {
      for (const harm of harms) harm(step);
    },
    stallAt({ step, pass, ms }, stalls) {
      return atPass(step, pass, () => {
        stalls();
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
      });
    },
  };
}

// The signal ends every thread; until it does, this one does nothing more.
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
}
