import { createHmac } from 'node:crypto';
import { type Order, open, type SealingKey, seal, tidied } from '@order-events/contracts';
import type { Address, OrderRequest } from './order-request.ts';
import { mergeLines } from './pricing.ts';

/** The secrets of one order, which no event and no response carries. Without the key, sealed values of the order can't be read. */
export interface OrderSecrets {
  /** Its `keyId` is the id of the order: a sealed value names the order whose key opens it. */
  readonly key: SealingKey;
  /** Sealed. Kept until payments has published a result or the order has ended. */
  readonly paymentToken?: string;
  /** Distinguishes a repeat of the request that placed the order from another request with the same Idempotency-Key. */
  readonly fingerprint: string;
}

type Placing = Pick<OrderRequest, 'paymentToken'>;

interface Placed {
  readonly custody: OrderSecrets;
  readonly answer: Order;
}

/** Makes the secrets of a new order from the request that places it. */
export function newOrderSecrets(key: SealingKey, request: Placing): OrderSecrets {
  return { key, paymentToken: seal(key, request.paymentToken), fingerprint: fingerprintOf(request, key) };
}

export function withoutPaymentToken({ paymentToken: _deleted, ...secrets }: OrderSecrets): OrderSecrets {
  return secrets;
}

const form = 'v2.';

/**
 * HMAC of the canonical body: the order of its fields makes no difference. The payment token is left out: a client that
 * repeats a request after a timeout may have had to get a new one.
 */
function fingerprintOf({ paymentToken: _token, ...content }: Placing, { secret }: SealingKey): string {
  return `${form}${createHmac('sha256', Buffer.from(secret, 'base64')).update(canonical(content)).digest('base64url')}`;
}

/** Whether the request has the content that this order was placed with. */
export function isPlacedBy({ custody, answer }: Placed, request: OrderRequest): boolean {
  const { key, fingerprint } = custody;
  if (fingerprint.startsWith(form)) return fingerprintOf(request, key) === fingerprint;
  // Fingerprints of the first form included the token, which is deleted: compare with the first response instead.
  const items = answer.items.map(({ productId, quantity }) => ({ productId, quantity }));
  const address = JSON.parse(open(key, answer.shippingAddress)) as Address;
  const tidy = Object.entries(address).map(([name, text]) => [name, tidied(text)]);
  const kept = { items, paymentMethod: answer.paymentMethod, shippingAddress: Object.fromEntries(tidy) };
  const { paymentMethod, shippingAddress } = request;
  return canonical({ items: mergeLines(request.items), paymentMethod, shippingAddress }) === canonical(kept);
}

/** The order as its owner and admins read it, with its sealed values opened. */
export function opened(order: Order, key: SealingKey) {
  const { shippingAddress, cancellation } = order;
  return {
    ...order,
    shippingAddress: JSON.parse(open(key, shippingAddress)) as Address,
    ...(cancellation && { cancellation: { ...cancellation, reason: open(key, cancellation.reason) } }),
  };
}

export function sealAddress(key: SealingKey, address: Address): string {
  return seal(key, JSON.stringify(address));
}

export function isSealOf(key: SealingKey, sealed: string, address: Address): boolean {
  return canonical(JSON.parse(open(key, sealed))) === canonical(address);
}

/** Opens a value that was sealed with this key; null when it was sealed with another one, or altered. */
export function unseal(key: SealingKey, sealed: string): string | null {
  try {
    return open(key, sealed);
  } catch {
    return null;
  }
}

/** JSON with the fields of every object sorted by name. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, each) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
