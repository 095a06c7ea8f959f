import { setting } from '@order-events/runtime';

export const ordersSettings = {
  DELIVERY_DAYS: setting.integer({ min: 0, max: 365 })({ desc: 'days from order to estimated delivery', default: 5 }),
  CONFIRM_WITHIN_MINUTES: setting.integer({ min: 1 })({
    desc: 'an order that is not confirmed in time is cancelled',
    default: 24 * 60,
  }),
  CAPTURE_WITHIN_MINUTES: setting.integer({ min: 1 })({
    desc: 'an order whose payment is not captured in time is cancelled',
    default: 6 * 24 * 60,
  }),
  OUTBOX_LIMIT: setting.integer({ min: 1 })({
    desc: 'while events of this many orders wait for the broker, new orders are refused',
    default: 100_000,
  }),
  REQUESTS_PER_MINUTE: setting.integer({ min: 1 })({ desc: 'requests that one caller may make', default: 6_000 }),
};
