import { defineEvent } from './event.ts';
import { exampleOrderId } from './examples.ts';
import { amount, closed, currency, uuid } from './fields.ts';

/** An owner was given a gift. Its code is a secret: no event holds it. */
export const giftGranted = defineEvent('gift.granted.v1', {
  owner: 'gifts',
  version: '1.0.0',
  summary: 'The owner of a delivered order was given a gift code.',
  data: closed({ orderId: uuid, amount, currency }),
  example: { orderId: exampleOrderId, amount: 494, currency: 'EUR' },
});

export const giftEvents = [giftGranted];
