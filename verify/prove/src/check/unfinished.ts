import type { Document } from '@order-events/store';
import type { Evidence, Order, Payment } from './evidence.ts';

/** What is still under way, in words. Empty: nothing will change any more by itself. */
export function unfinished(evidence: Evidence, depths: ReadonlyMap<string, number>): string[] {
  const { orders, payments, reservations, products, mails } = evidence;
  const paymentOf = new Map(payments.map(({ id, state }) => [id, state]));
  return [
    ...orders.flatMap((order) => statusOf(order, paymentOf.get(order.id))),
    ...payments.flatMap(({ id, state }) => (state.call ? [`payment ${id} has a call without an answer`] : [])),
    ...reservations.flatMap(({ id, state: { pending } }) =>
      pending ? [`reservation ${id} has a ${pending} pending`] : [],
    ),
    ...mails.flatMap(({ id, state }) => (state.status === 'sending' ? [`mail ${id} is being sent`] : [])),
    ...[...orders, ...payments, ...reservations, ...products, ...mails].flatMap(({ id, outbox }) =>
      outbox.length > 0 ? [`${outbox.length} events of ${id} are not published`] : [],
    ),
    ...[...depths].flatMap(([queue, count]) => (count > 0 && isWorked(queue) ? [`${count} messages in ${queue}`] : [])),
  ];
}

/** Emptied by the services; dead letters and taps are not. */
export function isWorked(queue: string): boolean {
  return !queue.endsWith('.dlq') && queue !== 'tap' && queue !== 'order_events.unrouted';
}

const ended: Readonly<Record<number, readonly string[]>> = {
  1: ['captured'],
  3: ['captured'],
  5: ['declined', 'voided', 'refunded', 'barred'],
};

function statusOf({ id, state }: Document<Order>, payment: Payment | undefined): string[] {
  const { status } = state.order;
  const stage = payment?.stage ?? 'nowhere';
  const untouched = status === 5 && (stage === 'nowhere' || (stage === 'waiting' && !payment?.asked));
  if (untouched || ended[status]?.includes(stage)) return [];
  return [`order ${id} is at status ${status}, its payment ${stage}`];
}
