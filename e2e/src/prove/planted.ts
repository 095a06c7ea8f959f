import type { Edit } from './child/with-fault.ts';

/** A mistake that someone could make, put into the code of one service as it is loaded: the checker must find it out. */
export interface PlantedFault {
  readonly name: string;
  /** What is wrong, in a few words. */
  readonly wrong: string;
  /** The service that gets it. */
  readonly service: string;
  /** Under which scenario it shows. */
  readonly scenario: string;
  readonly edits: readonly Edit[];
}

export const plantedFaults: readonly PlantedFault[] = [];
