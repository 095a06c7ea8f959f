import { randomBytes } from 'node:crypto';
import { defineService } from '@order-events/service';
import { giftSettings } from './config.ts';
import { openGiftStore } from './gift-store.ts';
import { routes } from './http.ts';
import { subscriptions } from './subscriptions.ts';

/** Gifts: gives the owner of each delivered order a code, once. */
export const service = defineService({
  name: 'gifts',
  settings: giftSettings,
  async open({ config, store, keys, clock, outbox }) {
    const giftStore = await openGiftStore(store, { keys, clock, relay: outbox() });
    const terms = () => ({
      percent: config.GIFT_PERCENT,
      code: randomBytes(9).toString('base64url'),
      at: clock().toISOString(),
    });
    return {
      subscriptions: [{ queue: 'gifts', handlers: subscriptions({ giftStore, terms }) }],
      routes: routes({ giftStore }),
    };
  },
});
