import { amount, closed, currency, timestamp, uuid } from '@order-events/contracts';
import { callerOf, type Route, route } from '@order-events/runtime';
import Type from 'typebox';
import { GiftUnknownError } from './errors.ts';
import type { GiftStore } from './gift-store.ts';

const giftAnswer = closed({ orderId: uuid, amount, currency, code: Type.String(), grantedAt: timestamp });

interface Parts {
  readonly giftStore: GiftStore;
}

export function routes({ giftStore }: Parts): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/gifts/:orderId',
      summary: 'the gift of an order of the caller, with its code',
      who: 'person',
      answers: { 200: giftAnswer, 404: ['gift-unknown'] },
      async handler({ req, params }, res) {
        const document = await giftStore.get(params.orderId);
        // The gift of another person is 404, too: nobody learns that it is there.
        if (document?.state.userId !== callerOf(req).id) throw new GiftUnknownError();
        const { userId: _, ...shown } = document.state;
        res.json(shown);
      },
    }),
  ];
}
