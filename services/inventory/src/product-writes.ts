import type { EventDraft } from '@order-events/contracts';
import { type Cause, type Documents, decide, unchanged } from '@order-events/store';
import type { Product, ProductDecision } from './product.ts';

type Decide = (product: Product | undefined) => ProductDecision;
/** Resolves once the decision is stored, rejects with what it threw. */
export type WriteProduct = (id: string, decision: Decide, cause: Cause) => Promise<void>;

interface Waiting {
  readonly decision: Decide;
  readonly cause: Cause;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes to one product queue up: those that wait while one is under way share one read and one commit, decided one
 * after another, so that a popular product costs no lost races. A decision that throws refuses its own caller only.
 */
export function createProductWrites(products: Documents<Product>): WriteProduct {
  const queues = new Map<string, Waiting[]>();

  async function drain(id: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0);
      await commit(products, id, batch);
    }
    queues.delete(id);
  }

  return (id, decision, cause) =>
    new Promise<void>((resolve, reject) => {
      const waiting = { decision, cause, resolve, reject };
      const queue = queues.get(id);
      if (queue) return void queue.push(waiting);
      const opened = [waiting];
      queues.set(id, opened);
      void drain(id, opened);
    });
}

async function commit(products: Documents<Product>, id: string, batch: readonly Waiting[]): Promise<void> {
  let refused = new Map<Waiting, unknown>();
  try {
    // What the batch says carries the cause of its first write: an event has one cause, and a batch one commit.
    await products.change(
      id,
      (product) => {
        refused = new Map();
        return fold(product, batch, refused);
      },
      (batch[0] as Waiting).cause,
    );
  } catch (error) {
    for (const waiting of batch) waiting.reject(error);
    return;
  }
  for (const waiting of batch) {
    if (refused.has(waiting)) waiting.reject(refused.get(waiting));
    else waiting.resolve();
  }
}

function fold(
  product: Product | undefined,
  batch: readonly Waiting[],
  refused: Map<Waiting, unknown>,
): ProductDecision {
  let current = product;
  const events: EventDraft[] = [];
  for (const waiting of batch) {
    try {
      const decision = waiting.decision(current);
      current = decision.state;
      if (!('unchanged' in decision)) events.push(...decision.events);
    } catch (error) {
      refused.set(waiting, error);
    }
  }
  return current === undefined || current === product ? unchanged(product) : decide(current, ...events);
}
