import {
  type CloudEvent,
  inventoryReserved,
  type Order,
  orderCancelled,
  orderCompleted,
  orderCreated,
  orderStatusChanged,
  orderUpdated,
} from '@order-events/contracts';
import { type Handler, on } from '@order-events/messaging';
import { afterwards, causeOf, type Decision, type Documents } from '@order-events/store';
import type { MoveMoney } from './move-money.ts';
import { applyOrder, applyReserved, opened, type Payment } from './payment.ts';

type OrderEvent = CloudEvent<string, { readonly order: Order }>;

/** The events that payments consumes. The facts of an event are stored first; then the payment makes every call it is ripe for. */
export function paymentHandlers(payments: Pick<Documents<Payment>, 'change'>, moveMoney: MoveMoney): Handler[] {
  async function apply(event: CloudEvent, fact: (payment: Payment) => Decision<Payment>): Promise<void> {
    const cause = causeOf(event);
    const blank = opened(event.subject, event.correlationid);
    await payments.change(event.subject, (payment = blank) => fact(payment), cause);
    await moveMoney(event.subject, afterwards(cause));
  }
  const onOrder = (event: OrderEvent) => apply(event, (payment) => applyOrder(payment, event.data.order, event.time));

  return [
    on(orderCreated, onOrder),
    on(orderUpdated, onOrder),
    on(orderStatusChanged, onOrder),
    on(orderCancelled, onOrder),
    on(orderCompleted, onOrder),
    on(inventoryReserved, (event) => apply(event, (payment) => applyReserved(payment, event.time))),
  ];
}
