import { defineService } from '@order-events/service';
import { paymentsSettings } from './config.ts';
import { finishPayments } from './finish-payments.ts';
import { routes } from './http.ts';
import { createHttpProvider } from './http-provider.ts';
import { createMoneyMover } from './move-money.ts';
import { openPayments } from './payment-store.ts';
import { fetchPaymentToken } from './payment-token.ts';
import { paymentHandlers } from './subscriptions.ts';

const ordersTimeoutMs = 2_000;

/** Payments: consumes `order.*` and `inventory.reserved`, calls orders for tokens and the provider for money. */
export const service = defineService({
  name: 'payments',
  settings: paymentsSettings,
  async open({ config, store, keys, clock, log, client, outbox }) {
    const timeoutMs = config.PAYMENT_PROVIDER_TIMEOUT_MS;
    const orders = client('orders', { timeoutMs: ordersTimeoutMs });
    const payments = await openPayments(store, { keys, relay: outbox(), clock });
    const moveMoney = createMoneyMover({
      payments,
      provider: createHttpProvider(client('sandbox', { name: 'payment-provider', timeoutMs })),
      tokenOf: (orderId) => fetchPaymentToken(orders, orderId),
      clock,
      // The longest work calls orders and then the provider.
      leaseMs: 2 * (ordersTimeoutMs + timeoutMs),
    });
    return {
      subscriptions: [{ queue: 'payments', handlers: paymentHandlers(payments, moveMoney) }],
      jobs: [finishPayments({ payments, moveMoney, clock, log })],
      routes: routes({ payments, moveMoney, clock, log }),
    };
  },
});
