import { seal } from '@order-events/contracts';
import type { Caller } from '@order-events/runtime';
import type { Cancellation, OrderState } from './order.ts';

/** A person ends the order, and says why in words that only its owner and admins may read. */
export function asked({ custody }: OrderState, { role }: Pick<Caller, 'role'>, words: string): Cancellation {
  const reason = seal(custody.key, words);
  return role === 'admin'
    ? { code: 'admin-cancelled', by: 'admin', reason }
    : { code: 'customer-cancelled', by: 'user', reason };
}

/** The order ends because something could not be done. */
export function because({ custody }: OrderState, code: string): Cancellation {
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
