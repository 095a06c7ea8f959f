import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** What a process asks of something outside of it. */
export interface Call<T> {
  readonly process: SimulatedProcess;
  readonly what: string;
  /** Happens once, when the request arrives, also when whoever asked is dead by then. */
  readonly effect: () => Promise<T>;
  /** How likely it fails before or after the effect, and with what. */
  readonly fails: () => number;
  readonly failure: () => Error;
}

/** What takes longer has failed. */
const LONGEST_MS = 5_000;

/**
 * A request and its answer, each of which takes its time. It never answers the dead: what was on its way when the process
 * died arrives, or does not.
 */
export function remote<T>(world: World, { process, what, effect, fails, failure }: Call<T>): Promise<T> {
  if (world.isDead(process)) return new Promise(() => undefined);
  const { timeline } = world;
  const latency = () => Math.min(world.latency() * process.slowness, LONGEST_MS);
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const answer = (act: () => void, how: string) =>
    void timeline.within(process, latency(), () => {
      world.tell(process.name, `${what} ${how}`);
      if (!world.isDead(process)) act();
    });
  timeline.at(latency(), () => {
    if (!process.alive && world.chance(0.5)) return;
    if (world.chance(fails())) answer(() => reject(failure()), 'failed');
    else
      void effect().then(
        (value) => {
          if (world.chance(fails())) answer(() => reject(failure()), 'failed after it was done');
          else answer(() => resolve(value), shown(value));
        },
        (error) => answer(() => reject(error), `rejected: ${error.name}`),
      );
  });
  return promise;
}

function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `→ ${value}`;
  const { rev, version, outbox } = value as { rev?: number; version?: number; outbox?: unknown[] };
  return rev === undefined ? '→ answered' : `→ rev ${rev}, version ${version}, outbox ${outbox?.length}`;
}
