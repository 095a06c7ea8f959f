import { closed, orderSchema } from '@order-events/contracts';
import { setETag } from '@order-events/runtime';
import type { Response } from 'express';
import Type, { type Static } from 'typebox';
import { address } from './order-request.ts';
import { opened } from './order-secrets.ts';
import type { OrderDocument } from './order-store.ts';

const { properties: ofEvents } = orderSchema;

/** An order as its owner and admins read it: as events carry it, with its sealed values opened. */
export const orderAnswer = Type.Object(
  {
    ...ofEvents,
    shippingAddress: address,
    cancellation: Type.Optional(closed({ ...ofEvents.cancellation.properties, reason: Type.String() })),
  },
  { additionalProperties: false, title: 'an order' },
);

export function orderAnswerOf({ state, version }: OrderDocument): Static<typeof orderAnswer> {
  return opened({ ...state.order, version }, state.custody.key);
}

/** Answers with the order; its ETag is its version. */
export function sendOrder(res: Response, document: OrderDocument): void {
  setETag(res, document.version);
  res.json(orderAnswerOf(document));
}
