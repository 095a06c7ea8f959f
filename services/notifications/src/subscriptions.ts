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
import { type Handler, on } from '@order-events/messaging';
import { lowStockMessage, type Message, orderMessage, statusMessage } from './message.ts';

/** Stores a message in a feed and sends every instance a hint. A repeat keeps its position and sends the hint again, which is harmless. */
export type Keep = (feed: string, eventId: string, message: Message) => Promise<void>;

export function subscriptions(keep: Keep): Handler[] {
  const toOwner = (event: CloudEvent, message: Message) => keep(`user:${event.userid}`, eventIdentity(event), message);
  return [
    on(orderCreated, (event) => toOwner(event, orderMessage(event))),
    on(orderUpdated, (event) => toOwner(event, orderMessage(event))),
    on(orderStatusChanged, (event) => toOwner(event, statusMessage(event))),
    on(orderCancelled, (event) => toOwner(event, orderMessage(event))),
    on(orderCompleted, (event) => toOwner(event, orderMessage(event))),
    on(inventoryLowStock, (event) => keep('admins', eventIdentity(event), lowStockMessage(event))),
  ];
}
