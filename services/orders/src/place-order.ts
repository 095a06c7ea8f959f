import { newSealingKey } from '@order-events/contracts';
import { unchanged } from '@order-events/store';
import type { Catalogue } from './catalogue.ts';
import { IdempotencyKeyReusedError, OutboxFullError } from './errors.ts';
import { type OrderState, place } from './order.ts';
import { orderIdOf, orderNumberOf } from './order-id.ts';
import type { OrderRequest } from './order-request.ts';
import { isPlacedBy, newOrderSecrets, opened, sealAddress } from './order-secrets.ts';
import type { OrderStore } from './order-store.ts';
import { checkTotal, mergeLines, price } from './pricing.ts';
import { probes } from './probes.ts';
import type { RequestContext } from './request-context.ts';

export interface Placed {
  readonly order: ReturnType<typeof opened>;
  /** True when the order was there already: `order` is the response to its first request. */
  readonly replayed: boolean;
}

export type PlaceOrder = (request: OrderRequest, idempotencyKey: string, context: RequestContext) => Promise<Placed>;

export interface PlaceOrderParts {
  readonly orders: OrderStore;
  readonly catalogue: Catalogue;
  /** Expected time from order to delivery, in milliseconds. */
  readonly deliveryMs: number;
  /** False while so many events wait for the broker that no new order may be stored. */
  readonly hasRoom: () => boolean;
}

/**
 * Places an order once per caller and key: the order's id is derived from both, so placing it is one insert. A request
 * that loses that race, and a repeat in a year, get the first response. The first payment token is charged: the provider
 * may know it already. Rejects, and stores nothing, with IdempotencyKeyReusedError when the key was used with another
 * content, with TotalDiffersError when the order costs something else than expected, and with OutboxFullError while too
 * many events wait for the broker.
 */
export function createPlaceOrder({ orders, catalogue, deliveryMs, hasRoom }: PlaceOrderParts): PlaceOrder {
  return async function placeOrder(request, idempotencyKey, context) {
    const id = orderIdOf(context.caller.id, idempotencyKey);
    const kept = await orders.get(id);
    if (kept) return replay(kept.state, request);
    if (!hasRoom()) throw new OutboxFullError();
    const lines = mergeLines(request.items);
    const entries = await catalogue.entriesOf(
      lines.map(({ productId }) => productId),
      context.cause,
    );
    const priced = price(lines, entries);
    checkTotal(priced, request.expectedTotal);
    const key = newSealingKey(id);
    const wanted = {
      id,
      orderNumber: orderNumberOf(id),
      userId: context.caller.id,
      ...priced,
      shippingAddress: sealAddress(key, request.shippingAddress),
      paymentMethod: request.paymentMethod,
      estimatedDelivery: new Date(Date.parse(context.at) + deliveryMs).toISOString(),
    };
    const { document, changed } = await orders.change(
      id,
      (state) =>
        state ? unchanged(state) : place(wanted, newOrderSecrets(key, request), context.decisionContext(key)),
      context.cause,
    );
    probes.placed.publish(id);
    return changed ? { order: firstResponse(document.state), replayed: false } : replay(document.state, request);
  };
}

function replay(state: OrderState, request: OrderRequest): Placed {
  if (!isPlacedBy(state, request)) throw new IdempotencyKeyReusedError();
  return { order: firstResponse(state), replayed: true };
}

function firstResponse({ answer, custody }: OrderState) {
  return opened(answer, custody.key);
}
