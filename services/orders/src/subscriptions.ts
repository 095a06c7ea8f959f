import {
  type CloudEvent,
  type DataOf,
  inventoryRejected,
  inventoryReserved,
  paymentAuthorized,
  paymentCaptured,
  paymentDeclined,
  paymentFailed,
  paymentRefunded,
  paymentSettled,
  paymentVoided,
  productChanged,
  Status,
} from '@order-events/contracts';
import { type Handler, on } from '@order-events/messaging';
import { causeOf, type Decision, unchanged } from '@order-events/store';
import { because } from './cancellation.ts';
import type { Catalogue } from './catalogue.ts';
import { cancel, type Occasion, type OrderState } from './order.ts';
import type { OrderStore } from './order-store.ts';
import type { Payment } from './progress.ts';
import { reach, refuse } from './saga.ts';

interface Parts {
  readonly orders: OrderStore;
  readonly catalogue: Catalogue;
  readonly clock: () => Date;
}

type Decide = (order: OrderState, occasion: Occasion) => Decision<OrderState>;

/**
 * What orders hears, one sentence per event. Answers may come in any order, again, or too late: the saga decides by what
 * it knows, so nothing here depends on when an event arrives.
 */
export function subscriptions({ orders, catalogue, clock }: Parts): Handler[] {
  async function hear(event: CloudEvent, decide: Decide): Promise<void> {
    const occasion = { at: clock().toISOString() };
    await orders.changeExisting(event.subject, (order) => decide(order, occasion), causeOf(event));
  }

  return [
    on(inventoryReserved, (event) => hear(event, (order, now) => reach(order, 'reserved', now))),
    on(inventoryRejected, (event) =>
      hear(event, (order, now) => refuse(order, 'reserved', because(order, event.data.code), now)),
    ),
    on(paymentAuthorized, (event) =>
      hear(event, (order, now) => reach(order, 'authorized', now, paymentOf(event.data))),
    ),
    on(paymentDeclined, (event) =>
      hear(event, (order, now) => refuse(order, 'authorized', because(order, 'payment-declined'), now)),
    ),
    on(paymentCaptured, (event) => hear(event, (order, now) => reach(order, 'captured', now, paymentOf(event.data)))),
    on(paymentFailed, (event) => hear(event, (order, now) => fail(order, event.data, now))),
    on(paymentRefunded, (event) => hear(event, (order, now) => givenBack(order, event.data, now))),
    // These follow from what has become of the order, and change nothing about it.
    ...[paymentVoided, paymentSettled].map((contract) => on(contract, async () => {})),
    on(productChanged, async (event) => {
      const { id, name, price, currency } = event.data.product;
      await catalogue.learn(id, { name, price, currency, sequence: Number(event.sequence) }, causeOf(event));
    }),
  ];
}

/** What fails after the authorisation leaves an amount set aside, which the cancelled order gives back. */
function fail(order: OrderState, data: DataOf<typeof paymentFailed>, now: Occasion): Decision<OrderState> {
  const cancellation = because(order, 'payment-failed');
  if (data.step === 'authorize') return refuse(order, 'authorized', cancellation, now);
  return refuse(order, 'captured', cancellation, now, paymentOf(data));
}

/** Given back in the provider's dashboard, say: an order that has not left yet is not paid any more, and ends. */
function givenBack(order: OrderState, data: Payment, now: Occasion): Decision<OrderState> {
  if (order.order.status >= Status.Shipped) return unchanged(order);
  return cancel(order, because(order, 'refunded'), now, paymentOf(data));
}

function paymentOf({ amount, currency, method }: Payment): Payment {
  return { amount, currency, method };
}
