import { country, currencyOfPrice, typedLine as line } from '@order-events/contracts';
import Type, { type Static } from 'typebox';
import { maxQuantity } from './pricing.ts';

const closed = { additionalProperties: false };

/** Where an order goes, as the person who places it types it. */
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

export const orderRequest = Type.Object(
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
