import { newSealingKey } from '@order-events/contracts';
import { unchanged } from '@order-events/store';
import type { Catalogue } from './catalogue.ts';
import { isPlacedBy, opened, sealAddress, takeCustody } from './custody.ts';
import { IdempotencyKeyReusedError, OutboxFullError } from './errors.ts';
import { type OrderState, place } from './order.ts';
import { orderIdOf, orderNumberOf } from './order-id.ts';
import type { OrderStore } from './order-store.ts';
import { checkTotal, mergeLines, price } from './pricing.ts';
import type { OrderRequest } from './requests.ts';
import { steps } from './steps.ts';
import type { Visit } from './visit.ts';

export interface Placed {
  readonly order: ReturnType<typeof opened>;
  /** The order was there: this is what its first request was answered. */
  readonly replayed: boolean;
}

export type PlaceOrder = (request: OrderRequest, idempotencyKey: string, visit: Visit) => Promise<Placed>;

export interface PlaceOrderParts {
  readonly orders: OrderStore;
  readonly catalogue: Catalogue;
  /** How long a delivery is expected to take. */
  readonly deliveryMs: number;
  /** Whether what a new order says can still wait for the broker. */
  readonly hasRoom: () => boolean;
}

/**
 * Places an order once per caller and key: its id follows from both, so placing is one insert. Whoever loses that race, or
 * asks again in a year, gets the first answer. The first payment token is the one that is charged, since the provider may
 * know it already. Rejects with IdempotencyKeyReusedError when the key belongs to another content, with
 * TotalDiffersError when it costs something else than expected, with OutboxFullError while too much waits for the broker:
 * then nothing is stored.
 */
export function createPlaceOrder({ orders, catalogue, deliveryMs, hasRoom }: PlaceOrderParts): PlaceOrder {
  return async function placeOrder(request, idempotencyKey, visit) {
    const id = orderIdOf(visit.caller.id, idempotencyKey);
    const kept = await orders.get(id);
    if (kept) return replay(kept.state, request);
    if (!hasRoom()) throw new OutboxFullError();
    const lines = mergeLines(request.items);
    const entries = await catalogue.entriesOf(
      lines.map(({ productId }) => productId),
      visit.cause,
    );
    const priced = price(lines, entries);
    checkTotal(priced, request.expectedTotal);
    const key = newSealingKey(id);
    const wanted = {
      id,
      orderNumber: orderNumberOf(id),
      userId: visit.caller.id,
      ...priced,
      shippingAddress: sealAddress(key, request.shippingAddress),
      paymentMethod: request.paymentMethod,
      estimatedDelivery: new Date(Date.parse(visit.at) + deliveryMs).toISOString(),
    };
    const { document, changed } = await orders.change(
      id,
      (state) => (state ? unchanged(state) : place(wanted, takeCustody(key, request), visit.occasion(key))),
      visit.cause,
    );
    steps.placed.publish(id);
    return changed ? { order: firstAnswer(document.state), replayed: false } : replay(document.state, request);
  };
}

function replay(state: OrderState, request: OrderRequest): Placed {
  if (!isPlacedBy(state, request)) throw new IdempotencyKeyReusedError();
  return { order: firstAnswer(state), replayed: true };
}

function firstAnswer({ answer, custody }: OrderState) {
  return opened(answer, custody.key);
}
