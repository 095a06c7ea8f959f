import type { HistoryEntry } from '@order-events/contracts';
import type { PageQuery } from '@order-events/runtime';
import type { Collection } from '@order-events/store';
import { key } from '@order-events/store';
import { boundedPage } from './bounded-page.ts';
import { historyEntryOf, type LogEntry } from './event-log.ts';

export interface History {
  readonly events: HistoryEntry[];
  /** Number of all events of the order, not of the page. */
  readonly count: number;
  readonly next: string | undefined;
}

/** A page of the events of an order, newest first by time, then by sequence. */
export async function historyOf(
  log: Pick<Collection<LogEntry>, 'find' | 'count'>,
  orderId: string,
  page: PageQuery,
): Promise<History> {
  const prefix = key(orderId, '');
  const [count, found] = await Promise.all([
    log.count('byOrder', prefix),
    boundedPage(log, 'byOrder', { prefix, order: 'descending', ...page }),
  ]);
  return { events: found.documents.map(({ state }) => historyEntryOf(state)), count, next: found.next };
}
