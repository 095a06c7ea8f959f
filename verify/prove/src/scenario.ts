import type { World, WorldWish } from './world.ts';

/** One way in which things go wrong, while people order. */
export interface Scenario {
  readonly name: string;
  /** What happens, for people. */
  readonly what: string;
  /** The system it happens to, where it isn't the usual one. */
  readonly wish?: Pick<WorldWish, 'twice' | 'through' | 'settings'>;
  /** Does the harm, and leaves nothing broken behind. Resolves with what was done, in words. */
  disturb(world: World, length: 'short' | 'long'): Promise<string>;
  /** Messages that belong in dead-letter queues afterwards, by queue; everything else there is a loss. */
  readonly deadLetters?: Readonly<Record<string, number>>;
}
