import {
  type Auth,
  callerOf,
  idempotencyKeyOf,
  ifMatch,
  nextCursorOf,
  pageQuery,
  sendPage,
  setETag,
} from '@order-events/runtime';
import { type Decision, unchanged } from '@order-events/store';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { requestedCancellation } from './cancellation.ts';
import { refuseCardData } from './card-data.ts';
import { OrderNotFoundError, OutboxFullError } from './errors.ts';
import { cancel, changeAddress, type DecisionContext, type OrderState } from './order.ts';
import type { OrderHistory } from './order-history.ts';
import { isSealOf, opened, sealAddress } from './order-secrets.ts';
import type { OrderDocument, OrderStore } from './order-store.ts';
import type { PlaceOrder } from './place-order.ts';
import { requestContextOf } from './request-context.ts';
import {
  readAddressChange,
  readCancel,
  readOrder,
  readStatusChange,
  readStatusFilter,
  refuseQuery,
} from './requests.ts';
import { moveOn } from './saga.ts';

interface Parts {
  readonly auth: Auth;
  readonly orders: OrderStore;
  readonly placeOrder: PlaceOrder;
  readonly historyOf: OrderHistory;
  /** Runs after authentication: it counts requests by caller. */
  readonly limitRate: RequestHandler;
  readonly clock: () => Date;
}

// Events of one order that may wait for the broker. Beyond them, changes of that order over HTTP are refused with 503.
const mostUnpublished = 100;

// Page size where no limit is given: the whole history of nearly every order.
const mostEvents = 100;

type OrderRequest = Request<{ id: string }>;
type Decide = (state: OrderState, context: DecisionContext) => Decision<OrderState>;

/** `/api/v1/orders`. An order can be seen by its owner and by admins; for other callers it is 404. */
export function orderRoutes({ auth, orders, placeOrder, historyOf, limitRate, clock }: Parts): Router {
  const router = Router({ caseSensitive: true });
  router.use(auth.person(), limitRate, refuseCardData);

  router.post('/', async (req, res) => {
    const context = requestContextOf(req, clock());
    const { order, replayed } = await placeOrder(readOrder(req.body), idempotencyKeyOf(req), context);
    if (replayed) res.setHeader('Idempotent-Replayed', 'true');
    setETag(res, order.version);
    res.status(201).location(`/api/v1/orders/${order.id}`).json(order);
  });

  router.get('/', async (req, res) => {
    refuseQuery(req, 'status', 'limit', 'cursor');
    const { id, role } = callerOf(req);
    const mine = role === 'admin' ? {} : { userId: id };
    const { limit, after } = pageQuery(req);
    const page = await orders.list(
      { ...mine, ...readStatusFilter(req) },
      { limit, ...(after !== undefined && { after }) },
    );
    sendPage(req, res, page.documents.map(responseOf), page.next);
  });

  router.get('/:id', async (req: OrderRequest, res) => {
    refuseQuery(req);
    show(res, await find(req));
  });

  router.get('/:id/events', async (req: OrderRequest, res) => {
    refuseQuery(req, 'limit', 'cursor');
    const { events, count, next } = await historyOf(await find(req), pageQuery(req, mostEvents));
    res.json({ events, count, nextCursor: nextCursorOf(req, res, next) });
  });

  router.patch('/:id', async (req: OrderRequest, res) => {
    const { shippingAddress } = readAddressChange(req.body);
    const document = await change(req, (state, context) => {
      const { key } = state.custody;
      if (isSealOf(key, state.order.shippingAddress, shippingAddress)) return unchanged(state);
      return changeAddress(state, sealAddress(key, shippingAddress), context);
    });
    show(res, document);
  });

  router.put('/:id/status', auth.admin(), async (req: OrderRequest, res) => {
    const { status, ...shipment } = readStatusChange(req.body);
    show(res, await change(req, (state, context) => moveOn(state, status, shipment, context)));
  });

  router.post('/:id/cancel', async (req: OrderRequest, res) => {
    const { reason } = readCancel(req.body);
    const caller = callerOf(req);
    const document = await change(req, (state, context) =>
      cancel(state, requestedCancellation(state, caller, reason), context),
    );
    show(res.status(202), document);
  });

  async function find(req: OrderRequest): Promise<OrderDocument> {
    return visible(await orders.get(req.params.id), req);
  }

  /** Decides on the stored order. If-Match is checked inside the write, so that no other write can come between. */
  async function change(req: OrderRequest, decide: Decide): Promise<OrderDocument> {
    const expect = ifMatch(req);
    const context = requestContextOf(req, clock());
    const { document } = await orders.change(
      req.params.id,
      (_, found) => {
        const { state, version, outbox } = visible(found, req);
        expect(version);
        const decision = decide(state, context.decisionContext(state.custody.key));
        if (!('unchanged' in decision) && outbox.length >= mostUnpublished) throw new OutboxFullError();
        return decision;
      },
      context.cause,
    );
    return document;
  }

  return router;
}

function visible(found: OrderDocument | undefined, req: OrderRequest): OrderDocument {
  const { id, role } = callerOf(req);
  if (found && (role === 'admin' || found.state.order.userId === id)) return found;
  throw new OrderNotFoundError(req.params.id);
}

function responseOf({ state, version }: OrderDocument) {
  return opened({ ...state.order, version }, state.custody.key);
}

function show(res: Response, document: OrderDocument): void {
  setETag(res, document.version);
  res.json(responseOf(document));
}
