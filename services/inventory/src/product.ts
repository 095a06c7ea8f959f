import {
  type EventDraft,
  inventoryAdjusted,
  inventoryLowStock,
  minorUnitDigits,
  productChanged,
} from '@order-events/contracts';
import { type Change, type Decision, decide, type Totals, type Unchanged, unchanged } from '@order-events/store';
import {
  CurrencyFixedError,
  OutOfStockError,
  PriceTooHighError,
  ProductIncompleteError,
  ProductNotFoundError,
  RestockNotNamedError,
  StockBelowZeroError,
} from './errors.ts';
import { type Operation, operations, type Place } from './operations.ts';

/**
 * Stock of one product, over all orders. `price` is in minor units of `currency`. Always: available + held + sold + lost −
 * shortage = all units that ever came in.
 */
export interface Product extends Totals {
  readonly name: string;
  readonly price: number;
  readonly currency: string;
  readonly lowStockAt: number;
  readonly available: number;
  /** Units of open orders and of holds by hand. */
  readonly held: number;
  /** Units dispatched and neither returned nor lost. */
  readonly sold: number;
  readonly lost: number;
  /** Units dispatched without stock. Units that come in repay them first. */
  readonly shortage: number;
}

/** The fields an admin sets; `restock` is added to the available units and may be negative. */
export interface ProductChange {
  readonly name?: string;
  readonly price?: number;
  readonly currency?: string;
  readonly lowStockAt?: number;
  readonly restock?: number;
}

/** A product that doesn't exist stays unchanged. */
export type ProductDecision = Change<Product> | Unchanged<Product | undefined>;

export type Availability = 'in-stock' | 'low-stock' | 'out-of-stock';

export function availabilityOf(product: Pick<Product, 'available' | 'lowStockAt'>): Availability {
  if (product.available === 0) return 'out-of-stock';
  return product.available <= product.lowStockAt ? 'low-stock' : 'in-stock';
}

/**
 * Applies one operation of a reservation. `isHeld`: the product has the marker of the hold that an undo undoes. Without it
 * the undo moves no units but is still written: its marker stops a stalled handler from holding anything later.
 */
export function move(
  id: string,
  product: Product | undefined,
  operation: Operation,
  quantity: number,
  isHeld: boolean,
): ProductDecision {
  if (operation === 'hold') {
    if (!product) throw new ProductNotFoundError(id);
    if (product.available < quantity) throw new OutOfStockError(id, quantity, product.available);
  }
  if (!product) return unchanged(product);
  if (operation === 'undo' && !isHeld) return decide(product);
  const { from, to } = operations[operation];
  return moved(id, product, putInto(to, takeFrom(from, product, quantity), quantity));
}

function takeFrom(place: Place, product: Product, quantity: number): Product {
  const taken = place === 'available' ? Math.min(quantity, product.available) : quantity;
  return { ...product, [place]: product[place] - taken, shortage: product.shortage + quantity - taken };
}

function putInto(place: Place, product: Product, quantity: number): Product {
  const repaid = place === 'available' ? Math.min(quantity, product.shortage) : 0;
  return { ...product, [place]: product[place] + quantity - repaid, shortage: product.shortage - repaid };
}

/** The highest price, in major units. A higher one is taken for a typing error. */
const priceLimit = 1_000_000_000;

/**
 * Creates or changes a product. A new one needs name, price and currency. `entryId` identifies a restock of an existing
 * product: a restock without it is refused, because a repeat could not be distinguished from another restock.
 */
export function changeProduct(
  id: string,
  product: Product | undefined,
  change: ProductChange,
  entryId?: string,
): Decision<Product> {
  const { restock = 0, ...fields } = change;
  const before = product ?? newProduct(id, fields);
  const after = { ...before, ...fields };
  if (after.currency !== before.currency && before.held > 0) throw new CurrencyFixedError(id, before.currency);
  if ((fields.price !== undefined || fields.currency !== undefined) && after.price > limitOf(after)) {
    throw new PriceTooHighError(after.currency, priceLimit);
  }
  if (before.available + restock < 0) throw new StockBelowZeroError(id, before.available, restock);
  const { state, events } = moved(
    id,
    product,
    restock < 0 ? takeAway(after, -restock) : putInto('available', after, restock),
  );
  if (!product || restock === 0) return decide(state, ...events);
  if (entryId === undefined) throw new RestockNotNamedError(id);
  return decide(state, inventoryAdjusted({ productId: id, delta: restock, entryId }), ...events);
}

function takeAway(product: Product, units: number): Product {
  return { ...product, available: product.available - units };
}

function limitOf({ currency }: Pick<Product, 'currency'>): number {
  return priceLimit * 10 ** (minorUnitDigits(currency) ?? 0);
}

function newProduct(id: string, { name, price, currency, lowStockAt = 0 }: ProductChange): Product {
  if (name === undefined || price === undefined || currency === undefined) throw new ProductIncompleteError(id);
  return { name, price, currency, lowStockAt, ...noUnits, moving: {} };
}

const noUnits = { available: 0, held: 0, sold: 0, lost: 0, shortage: 0 };

function moved(id: string, before: Product | undefined, after: Product): Change<Product> {
  const events: EventDraft[] = [];
  if (!before || catalogueDiffers(before, after)) events.push(productChanged({ product: catalogueEntry(id, after) }));
  if (before && !isLow(before) && isLow(after)) events.push(lowStock(id, after));
  return decide(after, ...events);
}

// Published once per crossing of the threshold, and not again until a restock or a release has raised stock above it.
function isLow(product: Product): boolean {
  return product.available <= product.lowStockAt;
}

/** Whether a field of `product.changed` differs. Units are not among them, only the availability label. */
function catalogueDiffers(before: Product, after: Product): boolean {
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
