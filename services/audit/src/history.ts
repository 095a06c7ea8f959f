import type { Collection } from '@order-events/store';
import { key } from '@order-events/store';
import { type HistoryEntry, historyEntryOf, type LogEntry } from './event-log.ts';

const pageSize = 100;

export interface History {
  readonly events: HistoryEntry[];
  readonly count: number;
}

/** All that happened to an order, newest first by time, then by sequence. */
export async function historyOf(log: Collection<LogEntry>, orderId: string): Promise<History> {
  const events: HistoryEntry[] = [];
  let after: string | undefined;
  do {
    const page = await log.find('byOrder', {
      prefix: key(orderId, ''),
      limit: pageSize,
      order: 'descending',
      ...(after && { after }),
    });
    events.push(...page.documents.map((document) => historyEntryOf(document.state)));
    after = page.next;
  } while (after);
  return { events, count: events.length };
}
