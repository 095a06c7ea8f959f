import { services } from '@order-events/contracts/services';
import { addressOf, type Config, commonSettings, type Env, loadConfig, setting } from '@order-events/runtime';

export const paymentsSettings = {
  ...commonSettings(services.payments),
  ...addressOf(services.sandbox, 'the payment provider'),
  PAYMENT_PROVIDER_TIMEOUT_MS: setting.integer({ min: 1, max: 60_000 })({
    desc: 'how long the provider may take to answer a call, in milliseconds',
    default: 3_000,
  }),
  ...addressOf(services.orders, 'orders, which is asked for the payment token of an order'),
};

export type PaymentsConfig = Config<typeof paymentsSettings>;

export function paymentsConfig(env: Env): PaymentsConfig {
  return loadConfig(paymentsSettings, env);
}
