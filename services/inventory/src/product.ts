import { type EventDraft, inventoryLowStock, productChanged } from '@order-events/contracts';
import { type Change, type Decision, decide, type Unchanged, unchanged } from '@order-events/store';
import {
  OutOfStockError,
  ProductBusyError,
  ProductIncompleteError,
  ProductNotFoundError,
  StockBelowZeroError,
} from './errors.ts';

/** Stock of one product. `price` in minor units of `currency`; every unit is available, held or sold. */
export interface Product {
  readonly name: string;
  readonly price: number;
  readonly currency: string;
  readonly lowStockAt: number;
  readonly available: number;
  readonly sold: number;
  /** Units held, by the id of the reservation that holds them. */
  readonly holds: Readonly<Record<string, number>>;
}

/** What an admin sets; `restock` adds to (or takes from) what is available. */
export interface ProductChange {
  readonly name?: string;
  readonly price?: number;
  readonly currency?: string;
  readonly lowStockAt?: number;
  readonly restock?: number;
}

/** Nothing is done to a product that isn't there. */
export type ProductDecision = Change<Product> | Unchanged<Product | undefined>;

export type Availability = 'in-stock' | 'low-stock' | 'out-of-stock';

/** The holds are kept in the product's one document, so their number is bounded. */
export const maxOpenHolds = 5_000;

export function availabilityOf(product: Pick<Product, 'available' | 'lowStockAt'>): Availability {
  if (product.available === 0) return 'out-of-stock';
  return product.available <= product.lowStockAt ? 'low-stock' : 'in-stock';
}

export function reservedOf(product: Product): number {
  return Object.values(product.holds).reduce((sum, held) => sum + held, 0);
}

/** Takes the units or throws; a hold that is already there is left as it is. */
export function hold(
  id: string,
  product: Product | undefined,
  reservationId: string,
  quantity: number,
): Decision<Product> {
  if (!product) throw new ProductNotFoundError(id);
  if (Object.hasOwn(product.holds, reservationId)) return unchanged(product);
  if (product.available < quantity) throw new OutOfStockError(id, quantity, product.available);
  if (Object.keys(product.holds).length >= maxOpenHolds) throw new ProductBusyError(id);
  const holds = { ...product.holds, [reservationId]: quantity };
  return moved(id, product, { ...product, available: product.available - quantity, holds });
}

/** Gives back exactly what this reservation holds, once; nothing held, nothing changes. */
export function undoHold(id: string, product: Product | undefined, reservationId: string): ProductDecision {
  const held = product && Object.hasOwn(product.holds, reservationId) ? product.holds[reservationId] : undefined;
  if (!product || held === undefined) return unchanged(product);
  const { [reservationId]: _undone, ...holds } = product.holds;
  return moved(id, product, { ...product, available: product.available + held, holds });
}

/** Makes or changes a product. A new one needs name, price and currency. */
export function changeProduct(id: string, product: Product | undefined, change: ProductChange): Decision<Product> {
  const { restock = 0, ...fields } = change;
  const before = product ?? newProduct(id, fields);
  const available = before.available + restock;
  if (available < 0) throw new StockBelowZeroError(id, before.available, restock);
  return moved(id, product, { ...before, ...fields, available });
}

function newProduct(id: string, { name, price, currency, lowStockAt = 0 }: ProductChange): Product {
  if (name === undefined || price === undefined || currency === undefined) throw new ProductIncompleteError(id);
  return { name, price, currency, lowStockAt, available: 0, sold: 0, holds: {} };
}

function moved(id: string, before: Product | undefined, after: Product): Change<Product> {
  const events: EventDraft[] = [];
  if (!before || saidDiffers(before, after)) events.push(productChanged({ product: catalogueEntry(id, after) }));
  if (before && !isLow(before) && isLow(after)) events.push(lowStock(id, after));
  return decide(after, ...events);
}

// Once per crossing: said when the last unit above the threshold goes, and not again until a restock or a release clears it.
function isLow(product: Product): boolean {
  return product.available <= product.lowStockAt;
}

/** What `product.changed` is about; units are not, only the label they amount to. */
function saidDiffers(before: Product, after: Product): boolean {
  const fields = ['name', 'price', 'currency', 'lowStockAt'] as const;
  return availabilityOf(before) !== availabilityOf(after) || fields.some((field) => before[field] !== after[field]);
}

function catalogueEntry(id: string, product: Product) {
  const { name, price, currency, lowStockAt } = product;
  return { id, name, price, currency, lowStockAt, availability: availabilityOf(product) };
}

function lowStock(id: string, { name, available, lowStockAt }: Product): EventDraft {
  return inventoryLowStock({ product: { id, name, available, lowStockAt } });
}
