import { randomUUID } from 'node:crypto';
import {
  callerOf,
  expectedVersion,
  idempotencyKey,
  pageIn,
  pageParameters,
  pageSchema,
  parseIdempotencyKey,
  type Route,
  route,
  sendPage,
  setETag,
} from '@order-events/runtime';
import type { Cause, Documents } from '@order-events/store';
import type { Request, Response } from 'express';
import { ProductNotFoundError } from './errors.ts';
import type { ManualHolds } from './manual-hold.ts';
import { changeProduct, type Product, type ProductChange } from './product.ts';
import { type ProductView, productAnswer, productView } from './product-view.ts';
import { hold, productChange, productId } from './requests.ts';
import { entryIdOf, type Restocks } from './restock.ts';

interface Parts {
  readonly products: Documents<Product>;
  readonly manualHolds: ManualHolds;
  readonly restocks: Restocks;
}

const params = { id: productId };

/** Needed by the restock of a product that is there; another change does not look at it. */
const restockKey = { ...idempotencyKey, required: false, read: ({ headers }: Request) => headers['idempotency-key'] };

export function routes({ products, manualHolds, restocks }: Parts): Route[] {
  async function sendProduct(id: string, res: Response<ProductView>): Promise<void> {
    const product = await products.get(id);
    if (!product) throw new ProductNotFoundError(id);
    setETag(res, product.version);
    res.json(productView(product));
  }

  async function restock(productId: string, change: ProductChange, req: Request, res: Response<ProductView>) {
    const entryId = entryIdOf(callerOf(req).id, parseIdempotencyKey(req.headers['idempotency-key']));
    const header = req.headers['if-match'];
    const request = { entryId, productId, change, ...(header !== undefined && { ifMatch: header }) };
    const { product, isNew, replayed } = await restocks.restock(request, requestCause(req));
    if (replayed) res.setHeader('Idempotent-Replayed', 'true');
    setETag(res, product.version);
    res.status(isNew ? 201 : 200).json(product);
  }

  const byHand = (step: 'reserve' | 'release', summary: string, answers: Record<404 | 409, string[]>) =>
    route({
      method: 'post',
      path: `/api/v1/products/:id/${step}`,
      summary,
      who: ['admin', 'service:orders'],
      params,
      body: hold,
      answers: { 200: productAnswer, ...answers, 503: ['reservation-under-way'] },
      async handler({ req, params: { id }, body }, res) {
        await manualHolds[step]({ productId: id, ...body }, requestCause(req));
        await sendProduct(id, res);
      },
    });

  return [
    route({
      method: 'get',
      path: '/api/v1/products',
      summary: 'the catalogue, by id',
      who: ['person', 'service:orders'],
      query: pageParameters(),
      answers: { 200: pageSchema(productAnswer) },
      async handler({ req, query }, res) {
        const page = await products.find('id', pageIn(query));
        sendPage(req, res, page.documents.map(productView), page.next);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/products/:id',
      summary: 'one product',
      who: ['person', 'service:orders'],
      params,
      answers: { 200: productAnswer, 404: ['product-unknown'] },
      handler: ({ params: { id } }, res) => sendProduct(id, res),
    }),
    route({
      method: 'put',
      path: '/api/v1/products/:id',
      summary:
        'a new product (201) or changes of one (200); `restock` is ±n, of a product that is there under a key or a version',
      who: 'admin',
      params,
      body: productChange,
      headers: { expects: expectedVersion, key: restockKey },
      answers: {
        200: productAnswer,
        201: productAnswer,
        400: ['product-incomplete', 'price-too-high'],
        409: ['stock-below-zero', 'currency-fixed'],
        412: ['version-differs'],
        422: ['idempotency-key-reused'],
      },
      async handler({ req, params: { id }, body: change, headers: { expects, key } }, res) {
        if (change.restock && key !== undefined) return restock(id, change, req, res);
        // A restock raises the version that If-Match names, so its repeat is refused with 412.
        const namesOneVersion = /^\s*"[^",]*"\s*$/.test(req.headers['if-match'] ?? '');
        const entryId = namesOneVersion ? randomUUID() : undefined;
        const decide = (product: Product | undefined, document?: { version: number }) => {
          expects(document?.version ?? 0);
          return changeProduct(id, product, change, entryId);
        };
        const { document } = await products.change(id, decide, requestCause(req));
        setETag(res, document.version);
        res.status(document.rev === 1 ? 201 : 200).json(productView(document));
      },
    }),
    byHand('reserve', 'holds stock by hand, for an `orderId` of its own; a repeat changes nothing', {
      404: ['product-unknown'],
      409: ['out-of-stock', 'reserved-by-order', 'reservation-differs'],
    }),
    byHand('release', 'gives back stock that was held by hand; a repeat changes nothing', {
      404: ['product-unknown', 'reservation-unknown'],
      409: ['reserved-by-order', 'reservation-differs'],
    }),
  ];
}

function requestCause(req: Request): Cause {
  const { requestId, traceparent, tracestate } = req.context;
  const triggeredBy = callerOf(req).role === 'admin' ? 'admin' : 'system';
  return { correlationId: requestId, triggeredBy, traceparent, ...(tracestate !== undefined && { tracestate }) };
}
