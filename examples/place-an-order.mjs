/** Places an order and follows it: node examples/place-an-order.mjs [PRODUCT] [QUANTITY] [PAYMENT-TOKEN] */
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@order-events/client';
import { findSystem } from './system.mjs';

const { gateway, token } = findSystem();
const client = createClient({ url: gateway, token: () => token });
const [productId = 'pen', quantity = '1', paymentToken = 'tok_ok'] = process.argv.slice(2);

try {
  const placed = await client.placeOrder({
    items: [{ productId, quantity: Number(quantity) }],
    paymentMethod: 'card',
    paymentToken,
    shippingAddress: { line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' },
  });
  console.log(`placed #${placed.orderNumber}: ${placed.statusLabel}`);
  let now = placed;
  for (; now.status === 0; now = await client.order(placed.id)) await pause(200);
  console.log(`it is ${now.statusLabel}${now.cancellation ? ` (${now.cancellation.code})` : ''}`);
  const { events } = await client.history(placed.id);
  for (const { eventType, metadata } of events.toReversed()) console.log(`  ${metadata.timestamp}  ${eventType}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
