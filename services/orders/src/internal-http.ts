import { closed, keyIdOf } from '@order-events/contracts';
import { type Route, route } from '@order-events/runtime';
import Type from 'typebox';
import { OrderNotFoundError, PaymentTokenGoneError } from './errors.ts';
import { unseal } from './order-secrets.ts';
import type { OrderStore } from './order-store.ts';
import { unsealRequest } from './requests.ts';

/** `/internal`: routes for other services, each with its own service token. The gateway never routes them. */
export function internalRoutes(orders: OrderStore): Route[] {
  async function unsealed(value: string): Promise<string | null> {
    // The id of a key is the id of its order.
    const found = await orders.get(keyIdOf(value) ?? '');
    return found ? unseal(found.state.custody.key, value) : null;
  }

  return [
    route({
      method: 'get',
      path: '/internal/orders/:id/payment-token',
      summary: 'the payment token of an order; gone once payment has answered or the order has ended',
      who: 'service:payments',
      answers: { 200: closed({ token: Type.String() }), 404: ['order-unknown'], 410: ['payment-token-gone'] },
      async handler({ params: { id } }, res) {
        const found = await orders.get(id);
        if (!found) throw new OrderNotFoundError(id);
        const { key, paymentToken } = found.state.custody;
        const token = paymentToken && unseal(key, paymentToken);
        if (!token) throw new PaymentTokenGoneError(id);
        res.json({ token });
      },
    }),
    route({
      method: 'post',
      path: '/internal/unseal',
      summary: 'opens sealed values; null for a value that cannot be opened',
      who: 'service:shipping',
      body: unsealRequest,
      answers: { 200: closed({ values: Type.Array(Type.Union([Type.String(), Type.Null()])) }) },
      async handler({ body: { values } }, res) {
        res.json({ values: await Promise.all(values.map(unsealed)) });
      },
    }),
  ];
}
