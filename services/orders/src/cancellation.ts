import { seal } from '@order-events/contracts';
import type { Caller } from '@order-events/runtime';
import type { Cancellation, OrderState } from './order.ts';

/** The cancellation that a person requests. Its reason is sealed: only the owner and admins can read it. */
export function requestedCancellation(
  { custody }: OrderState,
  { role }: Pick<Caller, 'role'>,
  text: string,
): Cancellation {
  const reason = seal(custody.key, text);
  return role === 'admin'
    ? { code: 'admin-cancelled', by: 'admin', reason }
    : { code: 'customer-cancelled', by: 'user', reason };
}

/** The cancellation that the system decides on, by its code. */
export function systemCancellation({ custody }: OrderState, code: string): Cancellation {
  return { code, by: 'system', reason: seal(custody.key, inWords[code] ?? code) };
}

const inWords: Readonly<Record<string, string>> = {
  'out-of-stock': 'Something in this order is out of stock.',
  'product-unknown': 'Something in this order is no longer sold.',
  'product-busy': 'Something in this order could not be reserved.',
  'payment-declined': 'The payment was declined.',
  'payment-failed': 'The payment could not be taken.',
  refunded: 'The payment was given back.',
  'timed-out': 'The order could not be completed in time.',
};
