/** Places an order and follows it: node examples/place-an-order.mjs [PRODUCT] [QUANTITY] [PAYMENT-TOKEN] */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { findSystem } from './system.mjs';

const { gateway, token } = findSystem();
const [productId = 'pen', quantity = '1', paymentToken = 'tok_ok'] = process.argv.slice(2);

/** One request; repeated, as it was, while the answer is lost or says later. An order's key makes that harmless. */
async function ask(method, path, body, headers = {}) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(`${gateway}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    }).catch((error) => ({ ok: false, status: 503, error }));
    if (answer.ok) return await answer.json();
    if (![429, 502, 503, 504].includes(answer.status)) throw new Error(`${answer.status} ${await answer.text()}`);
    if (attempt === 10) throw new Error(`no answer after ${attempt} tries`, { cause: answer.error });
    await pause(1_000 * Number(answer.headers?.get('retry-after') ?? 1));
  }
}

const order = {
  items: [{ productId, quantity: Number(quantity) }],
  paymentMethod: 'card',
  paymentToken,
  shippingAddress: { name: 'Ada', line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' },
};

try {
  const placed = await ask('POST', '/orders', order, { 'idempotency-key': randomUUID() });
  console.log(`placed #${placed.orderNumber}: ${placed.statusLabel}`);
  let now = placed;
  for (; now.status === 0; now = await ask('GET', `/orders/${placed.id}`)) await pause(200);
  console.log(`it is ${now.statusLabel}${now.cancellation ? `: ${now.cancellation.reason}` : ''}`);
  const { events } = await ask('GET', `/orders/${placed.id}/events`);
  for (const { eventType, metadata } of events.reverse()) console.log(`  ${metadata.timestamp}  ${eventType}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
