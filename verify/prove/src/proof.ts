import type { PlantedFault } from './planted.ts';
import type { Point } from './points.ts';
import { isFine, type Outcome } from './run-scenario.ts';

export type Form = 'short' | 'usual' | 'long';

export interface PlantedOutcome {
  readonly fault: PlantedFault;
  readonly tries: number;
  /** What gave it away; undefined: nothing did. */
  readonly caughtBy?: string;
}

/** A scenario that could not be done, or not be checked. */
export interface BrokenOff {
  readonly scenario: string;
  readonly seed: number;
  readonly reason: string;
}

export interface Proof {
  readonly form: Form;
  readonly broker: string;
  readonly outcomes: readonly Outcome[];
  readonly brokenOff: readonly BrokenOff[];
  readonly planted: readonly PlantedOutcome[];
  /** Where services were killed, step by step. */
  readonly points: readonly Point[];
  /** Where they were to be killed, too, and never came. */
  readonly missed: readonly Point[];
}

/** What the long form kills at the least, services and broker. */
export const enough = { kills: 1_000, brokerKills: 100 };

/** All is as it was promised: nothing lost or doubled, nothing left undone, and whatever was planted was found out. */
export function holds({ outcomes, brokenOff, planted }: Omit<Proof, 'form'>): boolean {
  const fine = outcomes.every(({ verdict }) => isFine(verdict)) && brokenOff.length === 0;
  return fine && planted.every(({ caughtBy }) => caughtBy !== undefined);
}

export function killedEnough({ outcomes }: Pick<Proof, 'outcomes'>): boolean {
  const sum = (of: keyof typeof enough) => outcomes.reduce((all, { counts }) => all + counts[of], 0);
  return sum('kills') >= enough.kills && sum('brokerKills') >= enough.brokerKills;
}
