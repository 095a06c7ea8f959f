import { createHmac } from 'node:crypto';
import { type Order, open, type SealingKey, seal } from '@order-events/contracts';
import type { Address } from './requests.ts';

/** What orders keeps for an order and tells nobody. Without the key, what is sealed of the order is noise everywhere. */
export interface Custody {
  /** Its `keyId` is the id of the order, so that whoever holds something sealed can name the order it is of. */
  readonly key: SealingKey;
  /** Sealed. Kept until payment has answered or the order has ended. */
  readonly paymentToken?: string;
  /** Tells a repeat of the request that placed the order from another one under the same Idempotency-Key. */
  readonly fingerprint: string;
}

/** Takes what a request entrusts to the order it places. */
export function takeCustody(key: SealingKey, request: { readonly paymentToken: string }): Custody {
  return { key, paymentToken: seal(key, request.paymentToken), fingerprint: fingerprintOf(request, key) };
}

export function withoutPaymentToken({ paymentToken: _deleted, ...custody }: Custody): Custody {
  return custody;
}

/** HMAC of the canonical body: the same for the same content in whatever order its fields were written. */
export function fingerprintOf(request: unknown, { secret }: SealingKey): string {
  return createHmac('sha256', Buffer.from(secret, 'base64')).update(canonical(request)).digest('base64url');
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
