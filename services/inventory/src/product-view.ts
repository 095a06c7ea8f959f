import type { Document } from '@order-events/store';
import { availabilityOf, type Product, reservedOf } from './product.ts';

/** A product as HTTP answers it. `popularity`: units in orders that were not cancelled. */
export function productView({ id, state, version }: Document<Product>) {
  const { name, price, currency, available, sold, lowStockAt } = state;
  const reserved = reservedOf(state);
  const availability = availabilityOf(state);
  return {
    id,
    name,
    price,
    currency,
    available,
    reserved,
    sold,
    lowStockAt,
    availability,
    popularity: reserved + sold,
    version,
  };
}
