import type { Log, ProgressStore } from '@order-events/store';
import type { Feeds } from './feed.ts';

const dayMs = 24 * 60 * 60_000;
/** An order without an event for this long has ended; if not, its next event waits 2 min for those that were deleted. */
const quietDays = 90;

interface Parts {
  readonly feeds: Pick<Feeds, 'forgetBefore'>;
  readonly progress: Pick<ProgressStore, 'forgetBefore'>;
  readonly clock: () => Date;
  readonly log: Log;
  /** How long messages are kept. */
  readonly retentionDays: number;
}

/** Jobs of the sweep that delete old messages, and the progress of old orders. */
export function forgetJobs({ feeds, progress, clock, log, retentionDays }: Parts): (() => Promise<void>)[] {
  const daysAgo = (days: number) => new Date(clock().getTime() - days * dayMs).toISOString();
  return [
    function forgetMessages() {
      return feeds.forgetBefore(daysAgo(retentionDays), log);
    },
    function forgetOrders() {
      return progress.forgetBefore(daysAgo(quietDays), log);
    },
  ];
}
