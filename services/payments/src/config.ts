import { type Config, commonSettings, type Env, loadConfig, setting } from '@order-events/runtime';

export const paymentsSettings = {
  ...commonSettings({ port: 3003, service: 'payments' }),
  PAYMENT_PROVIDER_URL: setting.httpUrl({ desc: 'the payment provider', default: 'http://127.0.0.1:3103' }),
  PAYMENT_PROVIDER_TIMEOUT_MS: setting.integer({ min: 1, max: 60_000 })({
    desc: 'how long the provider may take to answer a call, in milliseconds',
    default: 3_000,
  }),
  ORDERS_SERVICE_URL: setting.httpUrl({
    desc: 'orders, which is asked for the payment token of an order',
    default: 'http://127.0.0.1:3001',
  }),
};

export type PaymentsConfig = Config<typeof paymentsSettings>;

export function paymentsConfig(env: Env): PaymentsConfig {
  return loadConfig(paymentsSettings, env);
}
