import type { Journal } from './check/handled.ts';

/** Where a process can be ended: one step of one service. */
export interface Point {
  readonly service: string;
  readonly step: string;
}

/** Every step that was passed, in every service. */
export function pointsOf({ passes }: Journal): Point[] {
  return [...passes].flatMap(([service, steps]) => [...steps.keys()].sort().map((step) => ({ service, step })));
}
