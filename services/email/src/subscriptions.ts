import { type CloudEvent, type Order, orderCancelled, orderStatusChanged, Status } from '@order-events/contracts';
import { type Delivery, type Handler, on } from '@order-events/messaging';
import { cancellationOf, confirmationOf, type Facts, mailIdOf } from './facts.ts';
import { wantedBy } from './mail.ts';
import type { SendMail } from './send-mail.ts';

/** Confirmations have a queue of their own: customers wait for them. */
export function priorityHandlers(sendMail: SendMail): Handler[] {
  return [
    on(orderStatusChanged, async (event, delivery) => {
      const { order, newStatus } = event.data;
      if (newStatus === Status.Confirmed) await mail(sendMail, event, delivery, order, confirmationOf(order));
    }),
  ];
}

export function handlers(sendMail: SendMail): Handler[] {
  return [
    on(orderCancelled, (event, delivery) => {
      const { order, refund } = event.data;
      return mail(sendMail, event, delivery, order, cancellationOf(order, refund));
    }),
  ];
}

function mail(sendMail: SendMail, event: CloudEvent, delivery: Delivery, order: Order, facts: Facts): Promise<void> {
  return sendMail(mailIdOf(event, facts.kind), wantedBy(event, order, facts), delivery);
}
