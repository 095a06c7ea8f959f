import { orderCompleted } from '@order-events/contracts';
import { type Handler, on } from '@order-events/messaging';
import { causeOf } from '@order-events/store';
import { grant, type Terms } from './gift.ts';
import type { GiftStore } from './gift-store.ts';

interface Parts {
  readonly giftStore: GiftStore;
  /** The terms of a gift that is granted now. */
  readonly terms: () => Terms;
}

/** A delivered order grants its gift. */
export function subscriptions({ giftStore, terms }: Parts): Handler[] {
  return [
    on(orderCompleted, async (event) => {
      const { order } = event.data;
      await giftStore.change(order.id, (gift) => grant(gift, order, terms()), causeOf(event));
    }),
  ];
}
