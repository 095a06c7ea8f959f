import type { KeyRing } from '@order-events/contracts';
import { createDocuments, type Documents, type Relay, type Store } from '@order-events/store';
import { next, type Payment } from './payment.ts';

export type Payments = Documents<Payment>;

interface Parts {
  readonly keys: KeyRing;
  readonly relay: Relay;
  readonly clock?: () => Date;
}

/** One document per order; its id is the order's id. */
export async function openPayments(store: Store, parts: Parts): Promise<Payments> {
  const collection = await store.collection<Payment>('payments', {
    indexes: { unfinished: unfinishedSince, stuck: stuckSince },
  });
  parts.relay.watch(collection);
  return createDocuments(collection, {
    ...parts,
    source: '/services/payments',
    keepsSeen: true,
    userId: ({ userId }) => userId,
  });
}

/** Index of payments with a call in flight, or ripe for a call that no handler makes. */
export const unfinished = 'unfinished';

function unfinishedSince(payment: Payment): string | undefined {
  if (payment.call) return payment.call.until;
  return next(payment) && payment.history.at(-1)?.at;
}

function stuckSince(payment: Payment): string | undefined {
  return payment.stage === 'stuck' ? payment.history.at(-1)?.at : undefined;
}
