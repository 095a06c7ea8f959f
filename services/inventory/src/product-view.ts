import type { Document } from '@order-events/store';
import { availabilityOf, type Product } from './product.ts';

/** A product as HTTP returns it. `popularity`: units held and sold, without cancelled and lost orders. */
export function productView({ id, state, version }: Document<Product>) {
  const { name, price, currency, available, held: reserved, sold, lost, shortage, lowStockAt } = state;
  const availability = availabilityOf(state);
  const popularity = reserved + sold;
  const units = { available, reserved, sold, lost, shortage };
  return { id, name, price, currency, ...units, lowStockAt, availability, popularity, version };
}
