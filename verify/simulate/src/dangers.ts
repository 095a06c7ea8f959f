/** How likely things go wrong at present. Likelihoods from 0 to 1. */
export interface Dangers {
  /** What one step over a wire takes; a `long` one of up to `longMs` is as likely as that. */
  usualMs: number;
  long: number;
  longMs: number;
  /** That a process dies at one of its steps, and how many still may. */
  dies: number;
  deathsLeft: number;
  /** That it stands still there for up to half a minute, as in a machine that is short of everything. */
  stalls: number;
  /** The same, more often, where a product is read and not yet written. */
  hesitates: number;
  stallsLeft: number;
  /** That an operation of the store fails; whether it has happened is not known then. */
  storeFails: number;
  /** That the broker refuses a message. */
  refuses: number;
  /** That the broker hands a message out twice, or another one first. */
  repeats: number;
  reorders: number;
  /** That the payment provider doesn't answer, and how often it still may: fewer times than a message is tried. */
  providerFails: number;
  providerFailuresLeft: number;
}

/** A day on which all is well. */
export const none = {
  dies: 0,
  deathsLeft: 0,
  stalls: 0,
  hesitates: 0,
  stallsLeft: 0,
  storeFails: 0,
  refuses: 0,
  repeats: 0,
  reorders: 0,
  providerFails: 0,
  providerFailuresLeft: 0,
  long: 0,
};

/** Each run has dangers of its own, most of them none: faults that hide one another show alone. */
export function someDangers(random: () => number, rush: boolean): Dangers {
  const sometimes = (most: number) => (random() < 0.5 ? 0 : random() * most);
  return {
    usualMs: random() < 0.5 ? 1 : random() * 20,
    long: sometimes(0.2),
    longMs: random() < 0.5 ? 100 : 5_000,
    dies: sometimes(0.02),
    deathsLeft: 6,
    stalls: sometimes(0.02),
    hesitates: rush ? sometimes(0.3) : 0,
    stallsLeft: 6,
    storeFails: sometimes(0.05),
    refuses: sometimes(0.1),
    repeats: rush ? random() * 0.6 : sometimes(0.1),
    reorders: sometimes(0.3),
    providerFails: sometimes(0.3),
    providerFailuresLeft: 4,
  };
}
