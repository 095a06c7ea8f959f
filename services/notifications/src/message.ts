import type {
  EventOf,
  inventoryLowStock,
  Order,
  orderCancelled,
  orderCompleted,
  orderCreated,
  orderStatusChanged,
  orderUpdated,
} from '@order-events/contracts';

/** A message for clients: the name of a Socket.IO event and its payload. The cursor is added on delivery. */
export interface Message {
  readonly event: string;
  readonly payload: { readonly message: string; readonly timestamp: string } & Readonly<Record<string, unknown>>;
}

type OrderEvent =
  | EventOf<typeof orderCreated>
  | EventOf<typeof orderUpdated>
  | EventOf<typeof orderCancelled>
  | EventOf<typeof orderCompleted>;

const endings: Readonly<Record<OrderEvent['type'], readonly [event: string, ending: string]>> = {
  'order.created.v1': ['order:created', 'has been created!'],
  'order.updated.v1': ['order:updated', 'has been updated'],
  'order.cancelled.v1': ['order:cancelled', 'has been cancelled'],
  'order.completed.v1': ['order:completed', 'has been delivered!'],
};

export function orderMessage({ type, time, data }: OrderEvent): Message {
  const [event, ending] = endings[type];
  const order = withoutSealed(data.order);
  return { event, payload: { order, message: `Your order #${order.orderNumber} ${ending}`, timestamp: time } };
}

export function statusMessage({ time, data }: EventOf<typeof orderStatusChanged>): Message {
  const { order, oldStatus, newStatus, oldStatusLabel, newStatusLabel } = data;
  const message = `Your order status changed from ${oldStatusLabel} to ${newStatusLabel}`;
  const statuses = { oldStatus, newStatus, oldStatusLabel, newStatusLabel };
  return {
    event: 'order:status_changed',
    payload: { order: withoutSealed(order), ...statuses, message, timestamp: time },
  };
}

export function lowStockMessage({ time, data: { product } }: EventOf<typeof inventoryLowStock>): Message {
  const message = `Product ${product.name} is low on stock: ${product.available} left`;
  return { event: 'inventory:low_stock', payload: { product, message, timestamp: time } };
}

/** The order without its sealed values: the address and the reason of a cancel. */
function withoutSealed({ shippingAddress: _sealed, cancellation, ...order }: Order) {
  return { ...order, ...(cancellation && { cancellation: { code: cancellation.code, by: cancellation.by } }) };
}
