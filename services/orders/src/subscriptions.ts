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
import { systemCancellation } from './cancellation.ts';
import type { Catalogue } from './catalogue.ts';
import { cancel, type DecisionContext, type OrderState } from './order.ts';
import type { OrderStore } from './order-store.ts';
import type { Payment } from './progress.ts';
import { reach, refuse } from './saga.ts';

interface Parts {
  readonly orders: OrderStore;
  readonly catalogue: Catalogue;
  readonly clock: () => Date;
}

type Decide = (order: OrderState, context: DecisionContext) => Decision<OrderState>;

/**
 * The events that orders consumes, one sentence each. They may come in any order, again, or late: the saga decides by
 * the stored progress, so no handler depends on when an event arrives.
 */
export function subscriptions({ orders, catalogue, clock }: Parts): Handler[] {
  async function change(event: CloudEvent, decide: Decide): Promise<void> {
    const context = { at: clock().toISOString() };
    await orders.changeExisting(event.subject, (order) => decide(order, context), causeOf(event));
  }

  return [
    on(inventoryReserved, (event) => change(event, (order, now) => reach(order, 'reserved', now))),
    on(inventoryRejected, (event) =>
      change(event, (order, now) => refuse(order, 'reserved', systemCancellation(order, event.data.code), now)),
    ),
    on(paymentAuthorized, (event) =>
      change(event, (order, now) => reach(order, 'authorized', now, paymentOf(event.data))),
    ),
    on(paymentDeclined, (event) =>
      change(event, (order, now) => refuse(order, 'authorized', systemCancellation(order, 'payment-declined'), now)),
    ),
    on(paymentCaptured, (event) => change(event, (order, now) => reach(order, 'captured', now, paymentOf(event.data)))),
    on(paymentFailed, (event) => change(event, (order, now) => fail(order, event.data, now))),
    on(paymentRefunded, (event) => change(event, (order, now) => refunded(order, event.data, now))),
    // These are effects of the order's own changes, so they change nothing here.
    ...[paymentVoided, paymentSettled].map((contract) => on(contract, async () => {})),
    on(productChanged, async (event) => {
      const { id, name, price, currency } = event.data.product;
      await catalogue.update(id, { name, price, currency, sequence: Number(event.sequence) }, causeOf(event));
    }),
  ];
}

/** A payment that fails after its authorisation leaves an amount set aside, which the cancelled order refunds. */
function fail(order: OrderState, data: DataOf<typeof paymentFailed>, now: DecisionContext): Decision<OrderState> {
  const cancellation = systemCancellation(order, 'payment-failed');
  if (data.step === 'authorize') return refuse(order, 'authorized', cancellation, now);
  return refuse(order, 'captured', cancellation, now, paymentOf(data));
}

/** Refunded in the provider's dashboard, for example: an order that is not shipped yet is no longer paid, so it is cancelled. */
function refunded(order: OrderState, data: Payment, now: DecisionContext): Decision<OrderState> {
  if (order.order.status >= Status.Shipped) return unchanged(order);
  return cancel(order, systemCancellation(order, 'refunded'), now, paymentOf(data));
}

function paymentOf({ amount, currency, method }: Payment): Payment {
  return { amount, currency, method };
}
