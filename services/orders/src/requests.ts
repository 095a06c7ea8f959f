import { typedLine as line, needsCity, Status, statusSchema, typedText } from '@order-events/contracts';
import { optional, refuseBody } from '@order-events/runtime';
import type { RequestHandler } from 'express';
import Type, { type Static } from 'typebox';
import { ItemsFixedError } from './errors.ts';
import { type Address, address } from './order-request.ts';

const closed = { additionalProperties: false };

export const addressChange = Type.Object({ shippingAddress: address }, closed);

// Digits and letters in groups, as carriers print them.
const trackingNumber = Type.String({
  title: 'a tracking number such as 1Z 999 AA1 01 2345 6784',
  typed: 'line',
  pattern: '^[A-Za-z0-9]([A-Za-z0-9 ._/-]{0,126}[A-Za-z0-9])?$',
});

export const statusChange = Type.Object(
  {
    status: statusSchema,
    trackingNumber: Type.Optional(trackingNumber),
    shippingCarrier: Type.Optional(line(64)),
  },
  closed,
);

export const cancelRequest = Type.Object({ reason: typedText(500) }, closed);
export const unsealRequest = Type.Object(
  { values: Type.Array(Type.String({ maxLength: 8_192 }), { maxItems: 100 }) },
  closed,
);

export const statusFilter = optional(statusSchema, {
  code: 'status-invalid',
  wanted: 'status is a number from 0 (Pending) to 5 (Cancelled)',
});

/** Refuses the items in a change of an order. Throws ItemsFixedError. */
export const refuseItems: RequestHandler = ({ body }, _res, next) => {
  if (typeof body === 'object' && body !== null && 'items' in body) throw new ItemsFixedError();
  next();
};

/** The rule that no schema can say: what is shipped has a number and a carrier, and nothing else has. */
export function checkShipment(change: Static<typeof statusChange>): void {
  const early = change.status === Status.Shipped ? [] : Object.keys(change).filter((name) => name !== 'status');
  if (early.length > 0)
    refuseBody(early.map((name) => ({ pointer: `/${name}`, message: 'belongs to status 3 (Shipped)' })));
}

/** Refuses an address without the city that addresses in its country have. */
export function checkCity({ city, country: code }: Address): void {
  if (city !== undefined || !needsCity(code)) return;
  refuseBody([{ pointer: '/shippingAddress/city', message: `is missing: an address in ${code} has one` }]);
}
