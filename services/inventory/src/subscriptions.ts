import { orderCancelled, orderCreated } from '@order-events/contracts';
import { type Handler, on } from '@order-events/messaging';
import { causeOf } from '@order-events/store';
import type { Wanted } from './reservation.ts';
import type { StockReservations } from './reserve-stock.ts';

/** The reservation of an order has the order's id. */
export function subscriptions(stock: StockReservations): Handler[] {
  return [
    on(orderCreated, (event) => stock.reserve(event.subject, wantedBy(event))),
    on(orderCancelled, (event) => stock.release(event.subject, wantedBy(event))),
  ];
}

type OrderEvent = Parameters<typeof causeOf>[0] & {
  readonly data: { readonly order: { readonly items: readonly { productId: string; quantity: number }[] } };
};

function wantedBy(event: OrderEvent): Wanted {
  const lines = event.data.order.items.map(({ productId, quantity }) => ({ productId, quantity }));
  return { orderId: event.subject, lines, cause: causeOf(event) };
}
