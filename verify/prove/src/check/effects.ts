import type { CloudEvent } from '@order-events/contracts';
import type { Evidence } from './evidence.ts';
import { allOf, exactlyOnce, fine, type Verdict } from './verdict.ts';

/**
 * What an event made a consumer say and do, it said and did once: no event is the cause of two equal ones, and about each
 * order everything that must be said was, once.
 */
export function checkEffects(evidence: Evidence): Verdict {
  const { events } = evidence;
  const effects = events
    .filter(({ type, causationid }) => causationid !== undefined && isAboutOne(type))
    .map((event) => `${event.source} said ${newsOf(event)} of ${event.subject} because of ${event.causationid}`);
  const kept = [
    ...keptTwice('orders', evidence.orders),
    ...keptTwice('payments', evidence.payments),
    ...keptTwice('inventory', evidence.reservations),
  ];
  return allOf([
    { ...exactlyOnce('effects', effects, effects), lost: [] },
    { ...fine, doubled: kept },
    { ...exactlyOnce('said about orders', owed(evidence), said(evidence)), wrong: [] },
  ]);
}

/** A document notes each event that changed it once: a second note is a second change. */
function keptTwice(service: string, documents: readonly { readonly id: string; readonly seen: readonly string[] }[]) {
  return documents.flatMap(({ id, seen }) =>
    seen
      .filter((each, index) => seen.indexOf(each) !== index)
      .map((each) => `${service} took ${each} twice, for ${id}`),
  );
}

const changed = 'order.status_changed.v1';
const once = ['order.created.v1', 'order.cancelled.v1', 'inventory.reserved.v1', 'inventory.rejected.v1'];
const onceToo = ['inventory.released.v1', 'payment.authorized.v1', 'payment.captured.v1', 'payment.refunded.v1'];
const told = new Set([changed, ...once, ...onceToo, 'payment.voided.v1', 'payment.declined.v1']);

// A product is moved by many orders, and may say the same again for each.
const isAboutOne = (type: string) => !type.startsWith('product.') && type !== 'inventory.low_stock.v1';

function newsOf({ type, data }: Pick<CloudEvent, 'type' | 'data'>): string {
  return type === changed ? `${type} to ${(data as { newStatus: number }).newStatus}` : type;
}

function said({ events }: Evidence): string[] {
  const about = events.filter(({ type }) => told.has(type));
  return about.map((event) => `${newsOf(event)} of ${event.subject}`);
}

/** What must have been said about an order, by how it ended. */
function owed({ orders }: Evidence): string[] {
  return orders.flatMap(({ id, state }) => {
    const confirmed = ['inventory.reserved.v1', 'payment.authorized.v1', 'payment.captured.v1'];
    const others = state.order.status === 5 ? ['order.cancelled.v1'] : confirmed;
    return [
      ...['order.created.v1', ...others].map((type) => `${type} of ${id}`),
      `${changed} to ${state.order.status} of ${id}`,
    ];
  });
}
