import { pause } from '../backoff.ts';
import type { Delivered } from '../headers.ts';
import type { Lease } from '../lease.ts';
import { mayBeOver, whyPaused } from '../outage.ts';
import type { Outcome, Paused } from '../outcome.ts';
import type { Decide, Finish, Process } from './handle.ts';

export interface PauseParts {
  /** From 0 to 1: spreads the tries of many instances. */
  readonly random: () => number;
  /** How time passes during an outage (default: the machine's clock). */
  readonly wait?: typeof pause;
  readonly timeout?: (ms: number) => AbortSignal;
}

/** Whether the queue has to pause: not for a message beside which others are handled. */
const pausesQueue = (outcome: Outcome): outcome is Paused => outcome.kind === 'pause' && !outcome.met?.pauses.alone;

/**
 * Pauses the queue for a message that meets an outage: it becomes the trial message, and is tried again until the outage
 * is over, or for as long as its outcome allows. Then another message is tried.
 */
export function pauseInOutage(decide: Decide, finish: Finish, parts: PauseParts): Process {
  return async (delivered, lease) => {
    const outcome = await decide(delivered);
    const resume = pausesQueue(outcome) ? lease.pause(whyPaused(outcome.error)) : undefined;
    if (!resume || !pausesQueue(outcome)) return finish(delivered, outcome, lease);
    try {
      return await finish(delivered, await tryAgain(decide, delivered, outcome, lease, parts), lease);
    } finally {
      resume();
    }
  };
}

async function tryAgain(
  decide: Decide,
  delivered: Delivered,
  paused: Paused,
  { ended, closing }: Lease,
  { random, wait = pause, timeout = (ms) => AbortSignal.timeout(ms) }: PauseParts,
): Promise<Outcome> {
  const holdMs = paused.met?.holdMs ?? 0;
  const over = AbortSignal.any([ended, closing, timeout(holdMs)]);
  let outcome: Outcome = paused;
  while (pausesQueue(outcome) && !over.aborted) {
    await mayBeOver(outcome.error, wait(holdMs * (0.5 + random() / 2), over), over);
    if (!over.aborted) outcome = await decide(delivered);
  }
  return outcome;
}
