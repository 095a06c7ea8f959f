import type { Cause, Documents } from '@order-events/store';
import { OutOfStockError, ProductNotFoundError } from './errors.ts';
import { hold, type Product, undoHold } from './product.ts';
import {
  begin,
  complete,
  end,
  isEnded,
  type Line,
  type Refusal,
  type Reservation,
  recheck,
  refuse,
  release,
  type Wanted,
} from './reservation.ts';
import { steps } from './steps.ts';

export interface StockReservations {
  /** Holds all lines or none and says so; a repeat, also after a crash at any step, goes on where it stopped. */
  reserve(id: string, wanted: Wanted): Promise<Reservation>;
  /** Gives back exactly what is held and says so; one that never came is kept as a tombstone. */
  release(id: string, wanted: Wanted): Promise<Reservation>;
  /** Finishes what a crash left half-way. */
  resume(id: string, reservation: Reservation): Promise<Reservation>;
  /** Undoes, once more, what a handler that stalled for minutes may have held after the reservation ended. */
  recheck(id: string, reservation: Reservation): Promise<void>;
}

interface Parts {
  readonly reservations: Documents<Reservation>;
  readonly products: Documents<Product>;
  readonly now: () => string;
}

export function createStockReservations({ reservations, products, now }: Parts): StockReservations {
  type Move = (reservation: Reservation) => ReturnType<typeof end>;

  async function move(id: string, cause: Cause, step: Move): Promise<Reservation> {
    const { document } = await reservations.change(
      id,
      (reservation) => {
        if (!reservation) throw new Error(`reservation ${id} vanished`);
        return step(reservation);
      },
      cause,
    );
    return document.state;
  }

  async function advance(id: string, reservation: Reservation, cause: Cause): Promise<Reservation> {
    if (reservation.status === 'reserved') return reservation;
    if (reservation.status === 'reserving') {
      const refusal = await holdLines(id, reservation.lines, cause);
      const next = await move(id, cause, (at) => (refusal ? refuse(at, refusal, now()) : complete(at, now())));
      return advance(id, next, cause);
    }
    await undoLines(id, reservation.lines, cause);
    return isEnded(reservation) ? reservation : move(id, cause, (at) => end(at, now()));
  }

  async function holdLines(id: string, lines: readonly Line[], cause: Cause): Promise<Refusal | undefined> {
    for (const { productId, quantity } of lines) {
      try {
        await products.change(productId, (product) => hold(productId, product, id, quantity), cause);
        steps.held.publish(id);
      } catch (error) {
        const refusal = refusalOf(error, productId, quantity);
        if (!refusal) throw error;
        return refusal;
      }
    }
    return undefined;
  }

  async function undoLines(id: string, lines: readonly Line[], cause: Cause): Promise<void> {
    for (const { productId } of lines) {
      await products.change(productId, (product) => undoHold(productId, product, id), cause);
      steps.undone.publish(id);
    }
  }

  return {
    async reserve(id, wanted) {
      const { document } = await reservations.change(id, (at) => begin(at, wanted, now()), wanted.cause);
      return advance(id, document.state, wanted.cause);
    },
    async release(id, wanted) {
      const { document } = await reservations.change(id, (at) => release(at, wanted, now()), wanted.cause);
      return advance(id, document.state, wanted.cause);
    },
    resume: (id, reservation) => advance(id, reservation, reservation.cause),
    async recheck(id, reservation) {
      await undoLines(id, reservation.lines, reservation.cause);
      await move(id, reservation.cause, recheck);
    },
  };
}

function refusalOf(error: unknown, productId: string, requested: number): Refusal | undefined {
  if (error instanceof OutOfStockError) {
    return { code: 'out-of-stock', shortages: [{ productId, requested, available: error.available }] };
  }
  if (error instanceof ProductNotFoundError) {
    return { code: 'product-unknown', shortages: [{ productId, requested, available: 0 }] };
  }
  return undefined;
}
