import type { Log } from '../log.ts';
import { logOutcome } from '../message-log.ts';
import { probes } from '../probes.ts';
import type { CopyOn, Finish } from './handle.ts';

/** Acknowledges a message that is done or whose copy is confirmed; gives back a message whose copy can't be published. */
export function acknowledge(copyOn: CopyOn, log: Log): Finish {
  return async (delivered, outcome, lease) => {
    // The message went with its channel: the broker hands it out again, so nothing is copied.
    if (lease.ended.aborted) return 'returned';
    logOutcome(log, delivered, outcome);
    const processed = outcome.kind === 'done' ? 'done' : await copyOn(delivered, outcome, lease);
    if (processed === 'returned') {
      lease.giveBack();
      return processed;
    }
    (processed === 'done' ? probes.handled : probes.copied).publish(delivered);
    lease.ack();
    return processed;
  };
}
