import { setting } from '@order-events/runtime';

export const giftSettings = {
  GIFT_PERCENT: setting.integer({ min: 1, max: 100 })({ desc: 'worth of a gift, in percent of its order', default: 5 }),
};
