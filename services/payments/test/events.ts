import {
  type CloudEvent,
  createEvent,
  type EventDraft,
  inventoryReserved,
  orderCancelled,
  orderCompleted,
  orderCreated,
  orderStatusChanged,
  Status,
  statusLabels,
} from '@order-events/contracts';

export const orderId = '0190a1b2-0000-7000-8000-000000000001';
export const terms = { amount: 4200, currency: 'EUR', method: 'card' };

/** The order as its events carry it. */
export function orderIn(status: Status, id = orderId) {
  return {
    ...orderCreated.example.order,
    id,
    status,
    statusLabel: statusLabels[status],
    totalAmount: terms.amount,
    currency: terms.currency,
    paymentMethod: terms.method,
  };
}

function draft(kind: EventKind, id: string): EventDraft {
  switch (kind) {
    case 'created':
      return orderCreated({ order: orderIn(Status.Pending, id) });
    case 'reserved':
      return inventoryReserved({ ...inventoryReserved.example, orderId: id });
    case 'confirmed':
      return orderStatusChanged({
        order: orderIn(Status.Confirmed, id),
        oldStatus: Status.Pending,
        newStatus: Status.Confirmed,
        oldStatusLabel: statusLabels[Status.Pending],
        newStatusLabel: statusLabels[Status.Confirmed],
      });
    case 'cancelled':
      return orderCancelled({ ...orderCancelled.example, order: { ...orderIn(Status.Cancelled, id) } });
    case 'completed':
      return orderCompleted({ order: orderIn(Status.Delivered, id) });
  }
}

export type EventKind = 'created' | 'reserved' | 'confirmed' | 'cancelled' | 'completed';
const all: readonly EventKind[] = ['created', 'reserved', 'confirmed', 'cancelled', 'completed'];

const made = new Map<string, CloudEvent>();

/** Always the same event for the same order and kind: a repeat is a duplicate. */
export function anEvent(kind: EventKind, id = orderId): CloudEvent {
  const event = made.get(kind + id) ?? make(kind, id);
  made.set(kind + id, event);
  return event;
}

/** The same event of an order that costs nothing. */
export function aFreeEvent(kind: EventKind, id = orderId): CloudEvent {
  const event = anEvent(kind, id);
  const { order } = event.data as { order?: object };
  return order ? { ...event, data: { ...(event.data as object), order: { ...order, totalAmount: 0 } } } : event;
}

function make(kind: EventKind, id: string): CloudEvent {
  const place = all.indexOf(kind);
  return createEvent(draft(kind, id), {
    id: `0190a1b2-0000-7000-9000-${id.slice(-10)}0${place}`,
    source: kind === 'reserved' ? '/services/inventory' : '/services/orders',
    subject: id,
    version: place + 1,
    time: '2026-03-01T10:00:00.000Z',
    correlationid: '0190a1b2-0000-7000-a000-000000000001',
    triggeredby: 'system',
    userid: orderCreated.example.order.userId,
  });
}
