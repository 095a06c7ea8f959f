import { compile, isSealed, type SealingKey } from '@order-events/contracts';
import type { Client } from '@order-events/runtime';
import Type, { type Static } from 'typebox';
import { unseal } from './custody.ts';
import { HistoryUnreadableError } from './errors.ts';
import type { OrderDocument } from './order-store.ts';

const history = Type.Object({
  events: Type.Array(Type.Object({ metadata: Type.Record(Type.String(), Type.Unknown()) })),
  count: Type.Integer({ minimum: 0 }),
});

/**
 * All that was said about an order, newest first, as audit keeps it. Payloads stay sealed as they are; where a request
 * came from is opened for those who may see the order. Rejects with `unavailable` while audit is down.
 */
export type OrderHistory = (order: OrderDocument) => Promise<Static<typeof history>>;

export function createOrderHistory(audit: Pick<Client, 'get'>): OrderHistory {
  const read = compile(history);
  return async ({ id, state }) => {
    const answer = read(await audit.get(`/internal/orders/${id}/events`));
    if (!answer.ok) throw new HistoryUnreadableError(id);
    const { events, count } = answer.value;
    const { key } = state.custody;
    return { events: events.map((entry) => ({ ...entry, metadata: openedValues(entry.metadata, key) })), count };
  };
}

function openedValues(metadata: Record<string, unknown>, key: SealingKey): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, isSealed(value) ? unseal(key, value) : value]),
  );
}
