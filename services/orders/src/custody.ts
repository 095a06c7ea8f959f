import { createHmac } from 'node:crypto';
import { type Order, open, type SealingKey, seal, tidied } from '@order-events/contracts';
import { mergeLines } from './pricing.ts';
import type { Address, OrderRequest } from './requests.ts';

/** What orders keeps for an order and tells nobody. Without the key, what is sealed of the order is noise everywhere. */
export interface Custody {
  /** Its `keyId` is the id of the order, so that whoever holds something sealed can name the order it is of. */
  readonly key: SealingKey;
  /** Sealed. Kept until payment has answered or the order has ended. */
  readonly paymentToken?: string;
  /** Tells a repeat of the request that placed the order from another one under the same Idempotency-Key. */
  readonly fingerprint: string;
}

type Placing = Pick<OrderRequest, 'paymentToken'>;

interface Placed {
  readonly custody: Custody;
  readonly answer: Order;
}

/** Takes what a request entrusts to the order it places. */
export function takeCustody(key: SealingKey, request: Placing): Custody {
  return { key, paymentToken: seal(key, request.paymentToken), fingerprint: fingerprintOf(request, key) };
}

export function withoutPaymentToken({ paymentToken: _deleted, ...custody }: Custody): Custody {
  return custody;
}

const form = 'v2.';

/**
 * HMAC of the canonical body: the same for the same content in whatever order its fields were written. The payment token
 * is no part of it: whoever asks again because no answer came may have had to get a new one.
 */
function fingerprintOf({ paymentToken: _token, ...content }: Placing, { secret }: SealingKey): string {
  return `${form}${createHmac('sha256', Buffer.from(secret, 'base64')).update(canonical(content)).digest('base64url')}`;
}

/** Whether the request asks for what this order was placed with. */
export function isPlacedBy({ custody, answer }: Placed, request: OrderRequest): boolean {
  const { key, fingerprint } = custody;
  if (fingerprint.startsWith(form)) return fingerprintOf(request, key) === fingerprint;
  // The first form held the token, which is gone: what was answered then tells what was asked for.
  const items = answer.items.map(({ productId, quantity }) => ({ productId, quantity }));
  const address = JSON.parse(open(key, answer.shippingAddress)) as Address;
  const tidy = Object.entries(address).map(([name, text]) => [name, tidied(text)]);
  const kept = { items, paymentMethod: answer.paymentMethod, shippingAddress: Object.fromEntries(tidy) };
  const { paymentMethod, shippingAddress } = request;
  return canonical({ items: mergeLines(request.items), paymentMethod, shippingAddress }) === canonical(kept);
}

/** The order as its owner and admins get it: what is sealed for everybody else is opened. */
export function opened(order: Order, key: SealingKey) {
  const { shippingAddress, cancellation } = order;
  return {
    ...order,
    shippingAddress: JSON.parse(open(key, shippingAddress)) as unknown,
    ...(cancellation && { cancellation: { ...cancellation, reason: open(key, cancellation.reason) } }),
  };
}

export function sealAddress(key: SealingKey, address: Address): string {
  return seal(key, JSON.stringify(address));
}

export function isSealOf(key: SealingKey, sealed: string, address: Address): boolean {
  return canonical(JSON.parse(open(key, sealed))) === canonical(address);
}

/** What a value says that was sealed with this key; null when it was not, or when it was tampered with. */
export function unseal(key: SealingKey, sealed: string): string | null {
  try {
    return open(key, sealed);
  } catch {
    return null;
  }
}

/** JSON with the fields of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, each) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
