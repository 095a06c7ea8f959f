import { setting } from '@order-events/runtime';

export const paymentsSettings = {
  PAYMENT_PROVIDER_TIMEOUT_MS: setting.integer({ min: 1, max: 60_000 })({
    desc: 'how long the provider may take to answer a call, in milliseconds',
    default: 3_000,
  }),
};
