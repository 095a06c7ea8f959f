import { orderCancelled, orderCreated, orderStatusChanged, Status } from '@order-events/contracts';
import { type Handler, on } from '@order-events/messaging';
import { causeOf } from '@order-events/store';
import type { Wanted } from './reservation.ts';
import type { StockReservations } from './reserve-stock.ts';

/** The events that inventory consumes. The reservation of an order has the order's id. */
export function subscriptions(stock: Pick<StockReservations, 'learn'>): Handler[] {
  return [
    on(orderCreated, (event) => stock.learn(event.subject, 'wanted', wantedBy(event))),
    on(orderCancelled, (event) => stock.learn(event.subject, 'cancelled', wantedBy(event))),
    on(orderStatusChanged, async (event) => {
      // There is no shipping service yet: an admin's move to Shipped is the dispatch.
      if (event.data.newStatus !== Status.Shipped) return;
      await stock.learn(event.subject, 'dispatched', wantedBy(event));
    }),
  ];
}

type OrderEvent = Parameters<typeof causeOf>[0] & {
  readonly data: { readonly order: { readonly items: readonly { productId: string; quantity: number }[] } };
};

function wantedBy(event: OrderEvent): Wanted {
  const lines = event.data.order.items.map(({ productId, quantity }) => ({ productId, quantity }));
  return { orderId: event.subject, lines, cause: causeOf(event) };
}
