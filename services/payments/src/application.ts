import type { KeyRing } from '@order-events/contracts';
import type { Logger } from '@order-events/runtime';
import type { Relay, Store } from '@order-events/store';
import { finishPayments } from './finish-payments.ts';
import { createMoneyMover, type MoneyMoverParts } from './move-money.ts';
import { openPayments } from './payment-store.ts';
import { paymentHandlers } from './subscriptions.ts';

export type { PaymentProvider } from './provider.ts';

interface Parts extends Omit<MoneyMoverParts, 'payments'> {
  readonly store: Store;
  readonly relay: Relay;
  readonly keys: KeyRing;
  readonly log: Logger;
}

/** Payments without its doors: what it keeps, what it does about events, and what its sweep finishes. */
export async function openApplication({ store, relay, keys, clock, log, ...calls }: Parts) {
  const payments = await openPayments(store, { keys, relay, clock });
  const moveMoney = createMoneyMover({ ...calls, payments, clock });
  const jobs = [finishPayments({ payments, moveMoney, clock, log })];
  return { payments, moveMoney, handlers: paymentHandlers(payments, moveMoney), jobs };
}
