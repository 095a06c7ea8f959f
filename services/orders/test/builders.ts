import { type EventDraft, newSealingKey } from '@order-events/contracts';
import type { Change, Decision } from '@order-events/store';
import { type DecisionContext, type OrderState, place } from '../src/order.ts';
import { orderNumberOf } from '../src/order-id.ts';
import type { OrderRequest } from '../src/order-request.ts';
import { newOrderSecrets, sealAddress } from '../src/order-secrets.ts';

export const orderId = '7d1f9a34-6f0e-5c0a-9d2b-1f6f0b9e4a11';
export const now: DecisionContext = { at: '2026-11-24T10:00:00.000Z' };
export const later: DecisionContext = { at: '2026-11-24T11:00:00.000Z' };
export const payment = { amount: 2_500, currency: 'EUR', method: 'card' };

export function anOrderRequest(changes: Partial<OrderRequest> = {}): OrderRequest {
  return {
    items: [{ productId: 'lamp', quantity: 2 }],
    paymentMethod: 'card',
    paymentToken: 'tok_ok',
    shippingAddress: { name: 'Ada', line1: '1 Main Street', city: 'Berlin', postalCode: '10115', country: 'DE' },
    ...changes,
  };
}

/** An order just placed: two lamps for 25.00 EUR. */
export function aPlacement(): Change<OrderState> {
  const key = newSealingKey(orderId);
  const request = anOrderRequest();
  const wanted = {
    id: orderId,
    orderNumber: orderNumberOf(orderId),
    userId: 'ada',
    items: [{ productId: 'lamp', name: 'Lamp', quantity: 2, unitPrice: 1_250, lineTotal: 2_500 }],
    totalAmount: 2_500,
    currency: 'EUR',
    shippingAddress: sealAddress(key, request.shippingAddress),
    paymentMethod: 'card',
    estimatedDelivery: '2026-11-29T10:00:00.000Z',
  };
  return place(wanted, newOrderSecrets(key, request), now);
}

export function aPlacedOrder(): OrderState {
  return aPlacement().state;
}

/** The events of a decision about a document at `version`. */
export function eventsOf(
  decision: Decision<OrderState>,
  version = 1,
): { type: string; data: Record<string, unknown> }[] {
  if ('unchanged' in decision) return [];
  return decision.events.map(({ contract, data }: EventDraft, place) => {
    const position = { subject: orderId, version: version + place + 1, time: decision.state.order.updatedAt };
    return {
      type: contract.type,
      data: (typeof data === 'function' ? data(position) : data) as Record<string, unknown>,
    };
  });
}
