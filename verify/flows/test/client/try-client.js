// Plain JavaScript, run by Node 20 and by a browser alike, with nothing but the packed client.
import { createClient, statusLabels } from '@order-events/client';

/**
 * Places an order, hears of it until it is confirmed, and reads it; answers what came.
 * @param {{ url: string, token: string, productId: string }} chosen
 */
export async function tryClient({ url, token, productId }) {
  const client = createClient({ url, token: () => token });
  const shippingAddress = { line1: '12 St James Square', city: 'London', country: 'GB' };
  const order = { items: [{ productId, quantity: 1 }], paymentMethod: 'card', paymentToken: 'tok_ok', shippingAddress };
  /** @type {string[]} */
  const heard = [];
  let id = '';
  const onReady = async () => {
    if (id === '') ({ id } = await client.placeOrder(order));
  };
  for await (const message of client.watch({ onReady })) {
    heard.push(message.event);
    if (message.event === 'order:status_changed' && message.newStatus === 1) break;
  }
  const { status } = await client.order(id);
  const { count } = await client.history(id);
  return { heard, label: statusLabels[status], remembered: count > 1 };
}
