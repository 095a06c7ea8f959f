import { randomUUID } from 'node:crypto';
import { type Auth, callerOf, idempotencyKeyOf, ifMatch, pageQuery, sendPage, setETag } from '@order-events/runtime';
import type { Cause, Documents } from '@order-events/store';
import { type Request, type Response, Router } from 'express';
import { ProductNotFoundError } from './errors.ts';
import type { ManualHolds } from './manual-hold.ts';
import { changeProduct, type Product, type ProductChange } from './product.ts';
import { productView } from './product-view.ts';
import { readHold, readProductChange, readProductId } from './requests.ts';
import { entryIdOf, type Restocks } from './restock.ts';

export interface Doors {
  readonly auth: Auth;
  readonly products: Documents<Product>;
  readonly manualHolds: ManualHolds;
  readonly restocks: Restocks;
}

export function routes({ auth, products, manualHolds, restocks }: Doors): Router {
  const router = Router();
  const reader = auth.anyOf(auth.person(), auth.service('orders'));
  const keeper = auth.anyOf(auth.admin(), auth.service('orders'));

  async function sendProduct(id: string, res: Response): Promise<void> {
    const product = await products.get(id);
    if (!product) throw new ProductNotFoundError(id);
    setETag(res, product.version);
    res.json(productView(product));
  }

  router.get('/api/v1/products', reader, async (req, res) => {
    const { limit, after } = pageQuery(req);
    const page = await products.find('id', { limit, ...(after !== undefined && { after }) });
    sendPage(req, res, page.documents.map(productView), page.next);
  });

  router.get('/api/v1/products/:id', reader, (req, res) => sendProduct(readProductId(req.params.id), res));

  async function restock(productId: string, change: ProductChange, req: Request, res: Response): Promise<void> {
    const entryId = entryIdOf(callerOf(req).id, idempotencyKeyOf(req));
    const header = req.headers['if-match'];
    const request = { entryId, productId, change, ...(header !== undefined && { ifMatch: header }) };
    const { product, isNew, replayed } = await restocks.restock(request, requestCause(req));
    if (replayed) res.setHeader('Idempotent-Replayed', 'true');
    setETag(res, product.version);
    res.status(isNew ? 201 : 200).json(product);
  }

  router.put('/api/v1/products/:id', auth.admin(), async (req, res) => {
    const id = readProductId(req.params.id);
    const change = readProductChange(req.body);
    const matches = ifMatch(req);
    if (change.restock && req.headers['idempotency-key'] !== undefined) return restock(id, change, req, res);
    // A restock raises the version that If-Match names, so its repeat is refused with 412.
    const namesOneVersion = /^\s*"[^",]*"\s*$/.test(req.headers['if-match'] ?? '');
    const entryId = namesOneVersion ? randomUUID() : undefined;
    const decide = (product: Product | undefined, document?: { version: number }) => {
      matches(document?.version ?? 0);
      return changeProduct(id, product, change, entryId);
    };
    const { document } = await products.change(id, decide, requestCause(req));
    setETag(res, document.version);
    res.status(document.rev === 1 ? 201 : 200).json(productView(document));
  });

  for (const step of ['reserve', 'release'] as const) {
    router.post(`/api/v1/products/:id/${step}`, keeper, async (req, res) => {
      const productId = readProductId(req.params.id);
      await manualHolds[step]({ productId, ...readHold(req.body) }, requestCause(req));
      await sendProduct(productId, res);
    });
  }
  return router;
}

function requestCause(req: Request): Cause {
  const { requestId, traceparent, tracestate } = req.context;
  const triggeredBy = callerOf(req).role === 'admin' ? 'admin' : 'system';
  return { correlationId: requestId, triggeredBy, traceparent, ...(tracestate !== undefined && { tracestate }) };
}
