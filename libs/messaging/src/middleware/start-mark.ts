import { ServiceError } from '@order-events/runtime';
import { type Delivered, returnsOf } from '../headers.ts';
import type { Handle } from './handle.ts';

/** Counts, durably, how often something was begun and never ended. */
export interface StartMarks {
  /** Notes one more start. Resolves, once that is stored, with the starts that have not ended, this one included. */
  begin(id: string): Promise<number>;
  /** It ended, well or badly, but the process lives. */
  end(id: string): Promise<void>;
}

/** From so many returns on a message may be what kills the process. */
export const SUSPECT_RETURNS = 3;
const MOST_KILLS = 5;

/** Every start that was marked ended with the process. Tried again it would kill the next one, too. */
export class HandlerKilledError extends ServiceError {
  constructor(kills: number) {
    super('conflict', 'handler-killed', `the process died ${kills} times while this message was handled`);
  }
}

/**
 * The crash rule: what came back too often is begun behind a mark that outlives the process, and after five starts
 * without an end it is dead. A mark is of one message in one replay, so that an operator's replay begins anew.
 */
export function markSuspects(
  marks: StartMarks | undefined,
  next: Handle<Delivered>,
  giveUp: Handle<Delivered> = async () => undefined,
): Handle<Delivered> {
  if (!marks) return next;
  return async (delivered) => {
    if (returnsOf(delivered) < SUSPECT_RETURNS) return next(delivered);
    const id = markOf(delivered);
    const starts = await marks.begin(id);
    // Once: whatever it is that kills, giving up must not be the next to die of it. Nor does a failure keep it alive.
    if (starts === MOST_KILLS + 1) await giveUp(delivered).catch(() => undefined);
    if (starts > MOST_KILLS) throw new HandlerKilledError(MOST_KILLS);
    try {
      await next(delivered);
    } finally {
      await marks.end(id);
    }
  };
}

function markOf({ message, delivery }: Delivered): string {
  const { queue, replay } = delivery;
  return `${queue} ${String(message.properties.messageId)} ${replay}`;
}
