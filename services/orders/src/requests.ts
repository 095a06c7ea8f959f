import {
  compile,
  country,
  currencyOfPrice,
  isStatus,
  typedLine as line,
  needsCity,
  Status,
  statusSchema,
  typedText,
} from '@order-events/contracts';
import { bodyReader, refuseBody, ServiceError } from '@order-events/runtime';
import type { Request } from 'express';
import Type, { type Static } from 'typebox';
import { ItemsFixedError } from './errors.ts';
import { maxQuantity } from './pricing.ts';

const closed = { additionalProperties: false };

export const address = Type.Object(
  {
    name: Type.Optional(line(200)),
    line1: line(200),
    line2: Type.Optional(line(200)),
    city: Type.Optional(line(100)),
    region: Type.Optional(line(100)),
    postalCode: Type.Optional(line(20)),
    country,
  },
  closed,
);
export type Address = Static<typeof address>;

const productId = Type.String({ title: 'a product id', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' });
const amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const quantity = Type.Integer({ minimum: 1, maximum: maxQuantity });

const orderRequest = Type.Object(
  {
    items: Type.Array(Type.Object({ productId, quantity }, closed), { minItems: 1, maxItems: 100 }),
    paymentMethod: Type.String({ title: 'a payment method such as card', pattern: '^[a-z][a-z0-9_-]{0,31}$' }),
    paymentToken: Type.String({ title: 'a token of the payment provider', pattern: '^[A-Za-z0-9._-]{1,255}$' }),
    shippingAddress: address,
    expectedTotal: Type.Optional(Type.Object({ amount, currency: currencyOfPrice }, closed)),
  },
  closed,
);
export type OrderRequest = Static<typeof orderRequest>;

const addressChange = Type.Object({ shippingAddress: address }, closed);

// Digits and letters in groups, as carriers print them.
const trackingNumber = Type.String({
  title: 'a tracking number such as 1Z 999 AA1 01 2345 6784',
  typed: 'line',
  pattern: '^[A-Za-z0-9]([A-Za-z0-9 ._/-]{0,126}[A-Za-z0-9])?$',
});

const statusChange = Type.Object(
  {
    status: statusSchema,
    trackingNumber: Type.Optional(trackingNumber),
    shippingCarrier: Type.Optional(line(64)),
  },
  closed,
);

const cancelRequest = Type.Object({ reason: typedText(500) }, closed);
const unsealRequest = Type.Object({ values: Type.Array(Type.String({ maxLength: 8_192 }), { maxItems: 100 }) }, closed);

/** Readers of bodies: a body that breaks its schema is refused, with each fault named. */
export const readCancel = bodyReader(compile(cancelRequest));
export const readUnseal = bodyReader(compile(unsealRequest));

const readRequest = bodyReader(compile(orderRequest));
const readAddress = bodyReader(compile(addressChange));
const readStatus = bodyReader(compile(statusChange));

export function readOrder(body: unknown): OrderRequest {
  return withCity(readRequest(body));
}

export function readAddressChange(body: unknown): Static<typeof addressChange> {
  if (typeof body === 'object' && body !== null && 'items' in body) throw new ItemsFixedError();
  return withCity(readAddress(body));
}

export function readStatusChange(body: unknown): Static<typeof statusChange> {
  const change = readStatus(body);
  const early = change.status === Status.Shipped ? [] : Object.keys(change).filter((name) => name !== 'status');
  if (early.length > 0)
    refuseBody(early.map((name) => ({ pointer: `/${name}`, message: 'belongs to status 3 (Shipped)' })));
  return change;
}

export function readStatusFilter(req: Request): { status?: Status } {
  const { status } = req.query;
  if (status === undefined) return {};
  const number = typeof status === 'string' && /^\d$/.test(status) ? Number(status) : undefined;
  if (isStatus(number)) return { status: number };
  throw new ServiceError('invalid', 'status-invalid', 'status is a number from 0 (Pending) to 5 (Cancelled)');
}

function withCity<T extends { readonly shippingAddress: Address }>(request: T): T {
  const { city, country: code } = request.shippingAddress;
  if (city !== undefined || !needsCity(code)) return request;
  return refuseBody([{ pointer: '/shippingAddress/city', message: `is missing: an address in ${code} has one` }]);
}

/** Rejects unknown parameters: a misspelt filter would return the wrong list. */
export function refuseQuery(req: Request, ...known: string[]): void {
  const unknown = Object.keys(req.query).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new ServiceError('invalid', 'parameter-unknown', `this route has no parameter ${unknown.join(', ')}`);
}
