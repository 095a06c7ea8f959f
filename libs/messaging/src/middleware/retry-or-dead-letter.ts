import { backoff, pause } from '../backoff.ts';
import { bareDeadLetter, copyOf } from '../copy.ts';
import { UnwritableError } from '../errors.ts';
import type { Delivered } from '../headers.ts';
import type { Lease } from '../lease.ts';
import type { Log } from '../log.ts';
import { lineOf, logOutcome } from '../message-log.ts';
import type { OutgoingMessage } from '../publisher/outgoing.ts';
import type { ConfirmedPublisher } from '../publisher/publisher.ts';
import { reasonOf } from '../reason-of.ts';
import type { CopyOn } from './handle.ts';

// Well below the 30 min after which the broker closes the channel of a message that nobody acknowledged.
const HOLD_MS = 15 * 60_000;

export interface CopyParts {
  /** Publishes copies, and resolves when the broker has confirmed them. */
  readonly copies: Pick<ConfirmedPublisher, 'send'>;
  /** Named in the header `failure` of dead letters. */
  readonly service: string;
  readonly log: Log;
  readonly clock: () => Date;
  /** From 0 to 1: spreads the tries to publish a copy. */
  readonly random: () => number;
}

/**
 * Publishes a message that is not done to a tier of its queue or to its dead letters. The message is acknowledged after the
 * copy's confirm: a crash between the two leaves two copies, never none.
 */
export function retryOrDeadLetter(parts: CopyParts): CopyOn {
  const { service, clock, log } = parts;
  return async (delivered, outcome, lease) => {
    try {
      const copy = copyOf(delivered, outcome, service, clock());
      return (await publishCopy(parts, delivered, copy, lease)) ? outcome.kind : 'returned';
    } catch (error) {
      // No content of a message may keep it here: a copy that can't be written goes on as a dead letter with less.
      logOutcome(log, delivered, { kind: 'dead', error });
      const bare = bareDeadLetter(delivered, error, service, clock());
      return (await publishCopy(parts, delivered, bare, lease)) ? 'dead' : 'returned';
    }
  };
}

/**
 * Publishes a copy until the broker takes it, less and less often: its tier may be missing, or the broker blocked. Resolves
 * with whether it was confirmed; rejects with UnwritableError when time can't help.
 */
async function publishCopy(
  { copies, log, random }: CopyParts,
  delivered: Delivered,
  copy: OutgoingMessage,
  { ended, closing }: Lease,
): Promise<boolean> {
  const deadline = Date.now() + HOLD_MS;
  for (let failures = 0; ; failures++) {
    try {
      await copies.send(copy);
      return true;
    } catch (error) {
      if (error instanceof UnwritableError) throw error;
      const say = failures === 0 ? log.error : log.debug;
      say('message held: its copy was not taken', {
        ...lineOf(delivered),
        to: copy.routingKey,
        error: reasonOf(error),
      });
    }
    const over = AbortSignal.any([ended, closing]);
    await pause(backoff(failures, random), over);
    if (over.aborted || Date.now() > deadline) return false;
  }
}
