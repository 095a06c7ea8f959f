/** The steps of the saga in their order. A step implies those before it, whichever event came first. */
export const steps = ['placed', 'reserved', 'authorized', 'captured'] as const;
export type Step = (typeof steps)[number];

/** `amount` in minor units of `currency`. */
export interface Payment {
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
}

/** The progress of the saga: stored beside the status, never derived from it. */
export interface Progress {
  readonly reached: Step;
  /** The payment that was authorised or captured; absent before. */
  readonly payment?: Payment;
}

export const atStart: Progress = { reached: 'placed' };

export function hasReached({ reached }: Progress, step: Step): boolean {
  return steps.indexOf(reached) >= steps.indexOf(step);
}
