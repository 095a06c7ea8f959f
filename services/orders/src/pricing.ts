import { isCurrency, type Order } from '@order-events/contracts';
import {
  CurrenciesMixedError,
  CurrencyUnknownError,
  QuantityTooLargeError,
  TotalDiffersError,
  TotalTooLargeError,
} from './errors.ts';

/** A product's name and price as of the `sequence`th event that inventory published about it. */
export interface CatalogueEntry {
  readonly name: string;
  /** In minor units of `currency`. */
  readonly price: number;
  readonly currency: string;
  readonly sequence: number;
}

export interface Line {
  readonly productId: string;
  readonly quantity: number;
}

/** The most units of one product in one order. */
export const maxQuantity = 10_000;

/** One line per product, in the order in which they were first named. */
export function mergeLines(lines: readonly Line[]): Line[] {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  }
  return [...quantities].map(([productId, quantity]) => {
    if (quantity > maxQuantity) throw new QuantityTooLargeError(productId, maxQuantity);
    return { productId, quantity };
  });
}

/** Prices the lines by the catalogue; prices that a client sends are never used. */
export function price(
  lines: readonly Line[],
  catalogue: ReadonlyMap<string, CatalogueEntry>,
): Pick<Order, 'items' | 'totalAmount' | 'currency'> {
  const priced = lines.map(({ productId, quantity }) => {
    const entry = catalogue.get(productId);
    if (!entry) throw new Error(`product ${productId} was not looked up`);
    const { name, price: unitPrice, currency } = entry;
    return { item: { productId, name, quantity, unitPrice, lineTotal: unitPrice * quantity }, currency };
  });
  const [currency = '', ...others] = new Set(priced.map((line) => line.currency));
  if (others.length > 0) throw new CurrenciesMixedError([currency, ...others]);
  if (!isCurrency(currency)) throw new CurrencyUnknownError(currency);
  const items = priced.map(({ item }) => item);
  const totalAmount = items.reduce((sum, { lineTotal }) => sum + lineTotal, 0);
  if (!Number.isSafeInteger(totalAmount)) throw new TotalTooLargeError();
  return { items, totalAmount, currency };
}

/** Throws TotalDiffersError when the client expects another total. Without an expected total, any is accepted. */
export function checkTotal(
  { totalAmount: amount, currency }: Pick<Order, 'totalAmount' | 'currency'>,
  expected: { readonly amount: number; readonly currency: string } | undefined,
): void {
  if (!expected || (expected.amount === amount && expected.currency === currency)) return;
  throw new TotalDiffersError(expected, { amount, currency });
}
