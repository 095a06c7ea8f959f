import type { CloudEvent } from '@order-events/contracts';
import { encodeCursor } from '@order-events/runtime';
import type { Document } from '@order-events/store';
import type { Case } from '../src/check/case.ts';
import type { FeedEntry } from '../src/check/evidence.ts';

function document<S>(id: string, state: S, version = 0): Document<S> {
  return { id, rev: 1, version, state, outbox: [], seen: [] };
}

function event(
  id: string,
  type: string,
  source: string,
  subject: string,
  sequence: number,
  data: object,
  causationid?: string,
): CloudEvent {
  return {
    id,
    type,
    source: `/services/${source}`,
    subject,
    sequence: String(sequence),
    userid: 'ada',
    data,
    ...(causationid !== undefined && { causationid }),
  } as CloudEvent;
}

const order = (id: string, status: number, items: { productId: string; quantity: number }[], totalAmount: number) =>
  document('o', { order: { id, userId: 'ada', status, totalAmount, items } });

const mail = (kind: string, orderId: string, eventId: string) => ({
  status: 'sent',
  orderId,
  messageId: `<${eventId}>`,
  facts: { kind },
  cause: { eventId },
});

/** Ada's two orders: one of two pens, confirmed and paid, and one of ink, authorised and then cancelled. */
const noUnits = { available: 0, held: 0, sold: 0, lost: 0, shortage: 0 };

export function aCase(): Case {
  const pens = [{ productId: 'pen', quantity: 2 }];
  const ink = [{ productId: 'ink', quantity: 1 }];
  const said: [id: string, type: string, orderId: string, data: object, cause?: string][] = [
    ['o-1-1', 'order.created.v1', 'o-1', {}],
    ['o-1-2', 'order.status_changed.v1', 'o-1', { newStatus: 1 }, 'p-1'],
    ['o-2-1', 'order.created.v1', 'o-2', {}],
    ['o-2-2', 'order.status_changed.v1', 'o-2', { newStatus: 5 }],
    ['o-2-3', 'order.cancelled.v1', 'o-2', {}],
  ];
  const feed: FeedEntry[] = said.map(([id, type, orderId], index) => ({
    feed: 'user:ada',
    position: index + 1,
    eventId: id,
    event: type,
    payload: { order: { id: orderId } },
  }));
  return {
    accepted: [
      { id: 'o-1', person: 'ada', paymentToken: 'tok_ok', items: pens, totalAmount: 580, cancelled: false },
      { id: 'o-2', person: 'ada', paymentToken: 'tok_ok', items: ink, totalAmount: 1_250, cancelled: true },
    ],
    shown: new Map([
      ['o-1', 1],
      ['o-2', 5],
    ]),
    stocked: new Map([
      ['pen', 1_000_000],
      ['ink', 1_000_000],
    ]),
    ledger: [
      { orderId: 'o-1', amount: 580, state: 'captured' },
      { orderId: 'o-2', amount: 1_250, state: 'voided' },
    ],
    heard: {
      ada: feed.map(({ event, position, payload }) => ({
        event,
        orderId: payload.order?.id ?? '',
        cursor: encodeCursor(String(position)),
      })),
    },
    evidence: {
      orders: [
        { ...order('o-1', 1, pens, 580), id: 'o-1', version: 2 },
        { ...order('o-2', 5, ink, 1_250), id: 'o-2', version: 3 },
      ],
      payments: [
        document('o-1', { stage: 'captured', asked: true }, 2),
        document('o-2', { stage: 'voided', asked: true }, 2),
      ],
      reservations: [
        document('o-1', { status: 'reserved', lines: pens }, 1),
        document('o-2', { status: 'released', lines: ink }, 2),
      ],
      products: [
        document('pen', { ...noUnits, available: 999_998, held: 2 }),
        document('ink', { ...noUnits, available: 1_000_000 }),
      ],
      mails: [
        document('mail-1', mail('confirmation', 'o-1', 'o-1-2')),
        document('mail-2', mail('cancellation', 'o-2', 'o-2-3')),
      ],
      mailbox: [document('<o-1-2>', { repeats: 0 }), document('<o-2-3>', { repeats: 0 })],
      feed,
      events: [
        ...said.map(([id, type, orderId, data, cause]) =>
          event(id, type, 'orders', orderId, Number(id.at(-1)), data, cause),
        ),
        event('i-1', 'inventory.reserved.v1', 'inventory', 'o-1', 1, {}, 'o-1-1'),
        event('i-2', 'inventory.reserved.v1', 'inventory', 'o-2', 1, {}, 'o-2-1'),
        event('i-3', 'inventory.released.v1', 'inventory', 'o-2', 2, {}, 'o-2-3'),
        event('p-1', 'payment.authorized.v1', 'payments', 'o-1', 1, { amount: 580 }, 'i-1'),
        event('p-2', 'payment.captured.v1', 'payments', 'o-1', 2, { amount: 580 }, 'o-1-2'),
        event('p-3', 'payment.authorized.v1', 'payments', 'o-2', 1, { amount: 1_250 }, 'i-2'),
        event('p-4', 'payment.voided.v1', 'payments', 'o-2', 2, { amount: 1_250 }, 'o-2-3'),
      ],
    },
  };
}
