import { compile } from '@order-events/contracts';
import { type Client, kindOf, ServiceError } from '@order-events/runtime';
import Type from 'typebox';

const readToken = compile(Type.Object({ token: Type.String({ minLength: 1 }) }));

/**
 * Fetches the payment token of an order from orders. Undefined once the order has ended and the token is deleted; rejects
 * with `unavailable` while orders is down. The token is used for one call and never stored.
 */
export async function fetchPaymentToken(orders: Pick<Client, 'get'>, orderId: string): Promise<string | undefined> {
  try {
    const answer = readToken(await orders.get(`/internal/orders/${orderId}/payment-token`));
    if (answer.ok) return answer.value.token;
  } catch (error) {
    if (kindOf(error) === 'gone') return undefined;
    throw error;
  }
  throw new ServiceError(
    'unavailable',
    'orders-unclear',
    'orders returned an unrecognised response instead of a payment token',
  );
}
