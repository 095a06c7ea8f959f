import { amount, closed, currency, idText } from '@order-events/contracts';
import type { Document } from '@order-events/store';
import Type, { type Static } from 'typebox';
import { availabilityOf, type Product } from './product.ts';

const units = Type.Integer({ minimum: 0 });

/** A product as HTTP returns it. */
export const productAnswer = closed({
  id: idText,
  name: Type.String(),
  price: amount,
  currency,
  available: units,
  reserved: units,
  sold: units,
  lost: units,
  shortage: units,
  lowStockAt: units,
  availability: Type.Enum(['in-stock', 'low-stock', 'out-of-stock']),
  popularity: Type.Integer({ description: 'units held and sold, without cancelled and lost orders' }),
  version: Type.Integer({ minimum: 1, description: 'the `ETag`' }),
});
export type ProductView = Static<typeof productAnswer>;

export function productView({ id, state, version }: Document<Product>): ProductView {
  const { name, price, currency: code, available, held: reserved, sold, lost, shortage, lowStockAt } = state;
  const availability = availabilityOf(state);
  const popularity = reserved + sold;
  const stock = { available, reserved, sold, lost, shortage };
  return { id, name, price, currency: code, ...stock, lowStockAt, availability, popularity, version };
}
