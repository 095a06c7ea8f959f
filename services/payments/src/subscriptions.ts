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
import { hearOrder, hearReserved, opened, type Payment } from './payment.ts';

type OrderEvent = CloudEvent<string, { readonly order: Order }>;

/** What an event says is kept first; then whatever the payment is ripe for is done, whoever's event made it so. */
export function paymentHandlers(payments: Pick<Documents<Payment>, 'change'>, moveMoney: MoveMoney): Handler[] {
  async function hear(event: CloudEvent, fact: (payment: Payment) => Decision<Payment>): Promise<void> {
    const cause = causeOf(event);
    const blank = opened(event.subject, event.correlationid);
    await payments.change(event.subject, (payment = blank) => fact(payment), cause);
    await moveMoney(event.subject, afterwards(cause));
  }
  const hearsOrder = (event: OrderEvent) => hear(event, (payment) => hearOrder(payment, event.data.order, event.time));

  return [
    on(orderCreated, hearsOrder),
    on(orderUpdated, hearsOrder),
    on(orderStatusChanged, hearsOrder),
    on(orderCancelled, hearsOrder),
    on(orderCompleted, hearsOrder),
    on(inventoryReserved, (event) => hear(event, (payment) => hearReserved(payment, event.time))),
  ];
}
