import type { Collection, FindOptions, Page } from '@order-events/store';
import type { LogEntry } from './event-log.ts';

// Up to ten events of 64 KiB may be read beyond this limit: the sum stays below the 1 MiB that callers accept.
const mostBytes = 256 * 1024;
const readAtOnce = 10;

/** A page of the log. It ends early where its events are large; `next` then names the next page. */
export async function boundedPage(
  log: Pick<Collection<LogEntry>, 'find'>,
  index: string,
  options: FindOptions,
): Promise<Page<LogEntry>> {
  const documents: Page<LogEntry>['documents'] = [];
  let { after } = options;
  let bytes = 0;
  do {
    const limit = Math.min(readAtOnce, options.limit - documents.length);
    const page = await log.find(index, { ...options, limit, ...(after !== undefined && { after }) });
    documents.push(...page.documents);
    bytes += page.documents.reduce((sum, { state }) => sum + Buffer.byteLength(state.body), 0);
    after = page.next;
  } while (after !== undefined && documents.length < options.limit && bytes < mostBytes);
  return { documents, ...(after !== undefined && { next: after }) };
}
