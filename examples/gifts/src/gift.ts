import { giftGranted, type Order } from '@order-events/contracts';
import { type Change, decide, type Unchanged, unchanged } from '@order-events/store';
import { OtherOwnerError } from './errors.ts';

/** The gift for one delivered order. `amount` is in minor units of `currency`; `code` is a secret of the owner. */
export interface Gift {
  readonly orderId: string;
  readonly userId: string;
  readonly amount: number;
  readonly currency: string;
  readonly code: string;
  readonly grantedAt: string;
}

/** The terms of a gift that is granted now. `percent` of the order's total; `at` is RFC 3339. */
export interface Terms {
  readonly percent: number;
  readonly code: string;
  readonly at: string;
}

type Granted = Change<Gift> | Unchanged<Gift | undefined>;

/**
 * Grants the gift of a delivered order once; an order too small for a gift gets none. Throws OtherOwnerError when the order
 * was delivered to somebody else before: a bug elsewhere, which a person has to look at.
 */
export function grant(gift: Gift | undefined, order: Order, { percent, code, at }: Terms): Granted {
  if (gift && gift.userId !== order.userId) throw new OtherOwnerError(order.id);
  if (gift) return unchanged(gift);
  const amount = Math.floor((order.totalAmount * percent) / 100);
  if (amount === 0) return unchanged(undefined);
  const { id: orderId, userId, currency } = order;
  const granted = { orderId, userId, amount, currency, code, grantedAt: at };
  return decide(granted, giftGranted({ orderId, amount, currency }));
}
