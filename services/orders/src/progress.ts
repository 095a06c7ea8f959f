/** The steps of the saga in their order. Having reached one implies those before it, whichever answer came first. */
export const steps = ['placed', 'reserved', 'authorized', 'captured'] as const;
export type Step = (typeof steps)[number];

/** `amount` in minor units of `currency`. */
export interface Payment {
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
}

/** How far the saga has come: kept beside the status, never derived from it. */
export interface Progress {
  readonly reached: Step;
  /** What was authorised or captured; absent while nothing is. */
  readonly payment?: Payment;
}

export const atStart: Progress = { reached: 'placed' };

export function hasReached({ reached }: Progress, step: Step): boolean {
  return steps.indexOf(reached) >= steps.indexOf(step);
}
