import { isDeepStrictEqual } from 'node:util';
import { matching, ServiceError } from '@order-events/runtime';
import {
  type Cause,
  type Documents,
  decide,
  type Entry,
  type PostingRules,
  type Postings,
  unchanged,
} from '@order-events/store';
import { v5 as uuidV5 } from 'uuid';
import { IdempotencyKeyReusedError, type Refused, RestockRefusedError } from './errors.ts';
import { changeProduct, type Product, type ProductChange } from './product.ts';
import { type ProductView, productView } from './product-view.ts';

/** A change of a product that restocks it, under a key: done once. Repeats get the first response for ever. */
export interface Restock extends Entry {
  readonly pending?: 'restock' | 'undo';
  readonly productId: string;
  readonly change: ProductChange;
  /** If-Match of the request. */
  readonly ifMatch?: string;
  /** Id of the adjustment in its event. */
  readonly entryId: string;
  readonly isNew: boolean;
  readonly refusal?: Refused;
  readonly answer?: ProductView;
  readonly cause: Cause;
  readonly changedAt: string;
}

export type RestockRequest = Pick<Restock, 'entryId' | 'productId' | 'change' | 'ifMatch'>;

export interface Restocked {
  readonly product: ProductView;
  readonly isNew: boolean;
  /** True when the key was used before: `product` is the response to its first request. */
  readonly replayed: boolean;
}

interface Parts {
  readonly restocks: Documents<Restock>;
  readonly products: Documents<Product>;
  readonly postings: Postings<Product>;
  readonly now: () => string;
}

/** Each restock rejects with the refusal of the first one under its key, and with IdempotencyKeyReusedError for another request. */
export function createRestocks({ restocks, products, postings, now }: Parts) {
  const finish = (id: string, cause: Cause) => postings.finish({ entries: restocks, id, rules, cause });

  async function recordAnswer(id: string, restock: Restock, cause: Cause): Promise<Restock> {
    const product = await products.get(restock.productId);
    const decision = (at: Restock = restock) =>
      at.answer || !product ? unchanged(at) : decide({ ...at, answer: productView(product) });
    return (await restocks.change(id, decision, cause)).document.state;
  }

  return {
    finish,
    async restock(request: RestockRequest, cause: Cause): Promise<Restocked> {
      const id = `${prefix}${request.entryId}`;
      const isNew = (await products.get(request.productId)) === undefined;
      const wanted: Restock = { ...request, n: 1, pending: 'restock', isNew, cause, changedAt: now() };
      const { changed } = await restocks.change(id, (at) => (at ? unchanged(at) : decide(wanted)), cause);
      const done = await finish(id, cause);
      if (!isDeepStrictEqual(requestOf(done), requestOf(wanted))) throw new IdempotencyKeyReusedError();
      if (done.refusal) throw new RestockRefusedError(done.refusal);
      const kept = done.answer ? done : await recordAnswer(id, done, cause);
      if (!kept.answer) throw new Error(`restock ${id} changed nothing`);
      return { product: kept.answer, isNew: kept.isNew, replayed: !changed };
    },
  };
}
export type Restocks = ReturnType<typeof createRestocks>;

const namespace = 'b7a5c0ee-50a4-4c3d-8a0e-6b1f4a3e9d27';

/** The id of the adjustment: one for each caller and key. */
export function entryIdOf(callerId: string, idempotencyKey: string): string {
  return uuidV5(JSON.stringify([callerId, idempotencyKey]), namespace);
}

const prefix = 'restock:';
export const isRestock = (id: string) => id.startsWith(prefix);

function requestOf({ entryId, productId, change, ifMatch }: RestockRequest): RestockRequest {
  return JSON.parse(JSON.stringify({ entryId, productId, change, ifMatch }));
}

/** An undo finds the restock done: one handler was refused after another one had done it. */
class DoneAfterAllError extends Error {}

const rules: PostingRules<Restock, Product> = {
  totalsOf: ({ productId }) => [productId],
  move(id, product, { pending, n, change, ifMatch, entryId }, marker, version) {
    if (pending === 'undo') {
      if (marker === n - 1) throw new DoneAfterAllError();
      return product ? decide(product) : unchanged(product);
    }
    matching(ifMatch)(version);
    return changeProduct(id, product, change, entryId);
  },
  complete: ({ pending, ...restock }) => decide(restock),
  refuse({ pending, refusal, ...restock }, _productId, error) {
    if (error instanceof DoneAfterAllError) return decide(restock);
    if (!(error instanceof ServiceError) || pending !== 'restock') return undefined;
    const { kind, code, message, problems, extra } = error;
    const refused = { kind, code, message, ...(problems && { problems }), ...(extra && { extra }) };
    return decide({ ...restock, n: restock.n + 1, pending: 'undo', refusal: refused });
  },
};
