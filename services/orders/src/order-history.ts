import { compile, type HistoryEntry, isSealed, type SealingKey } from '@order-events/contracts';
import type { Client, PageQuery } from '@order-events/runtime';
import Type from 'typebox';
import { HistoryUnreadableError } from './errors.ts';
import { unseal } from './order-secrets.ts';
import type { OrderDocument } from './order-store.ts';

const history = Type.Object({
  events: Type.Array(Type.Object({ metadata: Type.Record(Type.String(), Type.Unknown()) })),
  count: Type.Integer({ minimum: 0 }),
  nextCursor: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

/**
 * A page of the events of an order as audit stores them, newest first; `count` is of all. Payloads stay sealed; the IP
 * address and user agent of a request are opened for callers who may see the order. Rejects with `unavailable` while
 * audit is down.
 */
export type OrderHistory = (order: OrderDocument, page: PageQuery) => Promise<HistoryPage>;

interface HistoryPage {
  readonly events: readonly HistoryEntry[];
  readonly count: number;
  readonly next: string | undefined;
}

export function createOrderHistory(audit: Pick<Client, 'get'>): OrderHistory {
  const read = compile(history);
  return async ({ id, state }, { limit, after }) => {
    const query = new URLSearchParams({ limit: String(limit), ...(after !== undefined && { cursor: after }) });
    const answer = read(await audit.get(`/internal/orders/${id}/events?${query}`));
    if (!answer.ok) throw new HistoryUnreadableError(id);
    const { events, count, nextCursor } = answer.value;
    const { key } = state.custody;
    const opened = events.map((entry) => ({ ...entry, metadata: openedValues(entry.metadata, key) }));
    // Of an entry only what is opened here is checked: a newer audit may write more.
    return { events: opened as unknown as HistoryEntry[], count, next: nextCursor ?? undefined };
  };
}

function openedValues(metadata: Record<string, unknown>, key: SealingKey): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, isSealed(value) ? unseal(key, value) : value]),
  );
}
