import {
  type CloudEvent,
  eventIdentity,
  inventoryLowStock,
  orderCancelled,
  orderCompleted,
  orderCreated,
  orderStatusChanged,
  orderUpdated,
} from '@order-events/contracts';
import { type Delivery, type Handler, on } from '@order-events/messaging';
import type { EventOrder } from './event-order.ts';
import { lowStockMessage, type Message, orderMessage, statusMessage } from './message.ts';

/** Keeps a message in a feed and tells every instance. A repeat keeps its place and is told again, which is harmless. */
export type Keep = (feed: string, eventId: string, message: Message) => Promise<void>;

export function subscriptions(keep: Keep, order: EventOrder): Handler[] {
  const toOwner = (event: CloudEvent, delivery: Delivery, message: Message) =>
    order.inTurn(event, delivery, () => keep(`user:${event.userid}`, eventIdentity(event), message));
  return [
    on(orderCreated, (event, delivery) => toOwner(event, delivery, orderMessage(event))),
    on(orderUpdated, (event, delivery) => toOwner(event, delivery, orderMessage(event))),
    on(orderStatusChanged, (event, delivery) => toOwner(event, delivery, statusMessage(event))),
    on(orderCancelled, (event, delivery) => toOwner(event, delivery, orderMessage(event))),
    on(orderCompleted, (event, delivery) => toOwner(event, delivery, orderMessage(event))),
    on(inventoryLowStock, (event) => keep('admins', eventIdentity(event), lowStockMessage(event))),
  ];
}
