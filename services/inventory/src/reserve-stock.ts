import type { Cause, Documents, PostingRules, Postings } from '@order-events/store';
import { OutOfStockError, ProductNotFoundError } from './errors.ts';
import { probes } from './probes.ts';
import { move, type Product } from './product.ts';
import { complete, type Fact, learn, type Refusal, type Reservation, refuse, type Wanted } from './reservation.ts';

export interface StockReservations {
  /** Adds a fact about an order and does the operation that follows, all lines or none. A repeat goes on where it stopped. */
  learn(id: string, fact: Fact, wanted: Wanted): Promise<Reservation>;
  /** Finishes the pending operation; resolves with the reservation after it. */
  finish(id: string, cause: Cause): Promise<Reservation>;
  /** Drops markers of this product that are no longer needed. */
  dropMarkers(productId: string): Promise<void>;
}

interface Parts {
  readonly reservations: Documents<Reservation>;
  readonly postings: Postings<Product>;
  readonly now: () => string;
}

const markersAtOnce = 500;
const sweeping: Cause = { correlationId: 'sweep', triggeredBy: 'system' };

export function createStockReservations({ reservations, postings, now }: Parts): StockReservations {
  const rules = stockRules(now);
  const finish = (id: string, cause: Cause) => postings.finish({ entries: reservations, id, rules, cause });
  return {
    async learn(id, fact, wanted) {
      await reservations.change(id, (at) => learn(at, fact, wanted, now()), wanted.cause);
      return finish(id, wanted.cause);
    },
    finish,
    dropMarkers: (productId) => postings.dropMarkers(productId, markersAtOnce, sweeping),
  };
}

/** The rules by which a reservation moves its products. */
export function stockRules(now: () => string): PostingRules<Reservation, Product> {
  return {
    totalsOf: ({ lines }) => lines.map(({ productId }) => productId),
    move: (id, product, { pending, n, lines }, marker) => {
      const line = lines.find(({ productId }) => productId === id);
      if (!pending || !line) throw new Error(`nothing is pending for ${id}`);
      return move(id, product, pending, line.quantity, marker === n - 1);
    },
    complete: (reservation) => complete(reservation, now()),
    refuse: (reservation, productId, error) => {
      const refusal = refusalOf(error, reservation, productId);
      return refusal && refuse(reservation, refusal, now());
    },
    moved: ({ pending, orderId }) => probeOf[pending ?? 'hold'].publish(orderId),
  };
}

const { held, undone, sold } = probes;
const probeOf = {
  ...{ hold: held, undo: undone, release: undone, dispatch: sold },
  ...{ take: sold, return: undone, lose: sold, recover: undone },
};

function refusalOf(error: unknown, { lines }: Reservation, productId: string): Refusal | undefined {
  const requested = lines.find((line) => line.productId === productId)?.quantity ?? 0;
  if (error instanceof OutOfStockError) {
    return { code: 'out-of-stock', shortages: [{ productId, requested, available: error.available }] };
  }
  if (error instanceof ProductNotFoundError) {
    return { code: 'product-unknown', shortages: [{ productId, requested, available: 0 }] };
  }
  return undefined;
}
