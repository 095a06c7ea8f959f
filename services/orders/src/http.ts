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
import { asked } from './cancellation.ts';
import { refuseCardData } from './card-data.ts';
import { isSealOf, opened, sealAddress } from './custody.ts';
import { OrderNotFoundError, OutboxFullError } from './errors.ts';
import { cancel, changeAddress, type Occasion, type OrderState } from './order.ts';
import type { OrderHistory } from './order-history.ts';
import type { OrderDocument, OrderStore } from './order-store.ts';
import type { PlaceOrder } from './place-order.ts';
import {
  readAddressChange,
  readCancel,
  readOrder,
  readStatusChange,
  readStatusFilter,
  refuseQuery,
} from './requests.ts';
import { moveOn } from './saga.ts';
import { visitOf } from './visit.ts';

interface Parts {
  readonly auth: Auth;
  readonly orders: OrderStore;
  readonly placeOrder: PlaceOrder;
  readonly historyOf: OrderHistory;
  /** After the guard: counts requests by caller. */
  readonly limitRate: RequestHandler;
  readonly clock: () => Date;
}

// The events of one order that wait for the broker; beyond them whoever changes it over HTTP has to wait, too.
const mostUnsaid = 100;

// The whole history of nearly every order, where no limit is given.
const mostEvents = 100;

type OrderRequest = Request<{ id: string }>;
type Decide = (state: OrderState, occasion: Occasion) => Decision<OrderState>;

/** `/api/v1/orders`: an order is its owner's and the admins'; for everybody else it isn't there. */
export function orderRoutes({ auth, orders, placeOrder, historyOf, limitRate, clock }: Parts): Router {
  const router = Router({ caseSensitive: true });
  router.use(auth.person(), limitRate, refuseCardData);

  router.post('/', async (req, res) => {
    const visit = visitOf(req, clock());
    const { order, replayed } = await placeOrder(readOrder(req.body), idempotencyKeyOf(req), visit);
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
    sendPage(req, res, page.documents.map(answerOf), page.next);
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
    const document = await change(req, (state, occasion) => {
      const { key } = state.custody;
      if (isSealOf(key, state.order.shippingAddress, shippingAddress)) return unchanged(state);
      return changeAddress(state, sealAddress(key, shippingAddress), occasion);
    });
    show(res, document);
  });

  router.put('/:id/status', auth.admin(), async (req: OrderRequest, res) => {
    const { status, ...shipment } = readStatusChange(req.body);
    show(res, await change(req, (state, occasion) => moveOn(state, status, shipment, occasion)));
  });

  router.post('/:id/cancel', async (req: OrderRequest, res) => {
    const { reason } = readCancel(req.body);
    const caller = callerOf(req);
    const document = await change(req, (state, occasion) => cancel(state, asked(state, caller, reason), occasion));
    show(res.status(202), document);
  });

  async function find(req: OrderRequest): Promise<OrderDocument> {
    return visible(await orders.get(req.params.id), req);
  }

  /** Decides on the order as it is at that moment; If-Match is asked where no other write can come between. */
  async function change(req: OrderRequest, decide: Decide): Promise<OrderDocument> {
    const expect = ifMatch(req);
    const visit = visitOf(req, clock());
    const { document } = await orders.change(
      req.params.id,
      (_, found) => {
        const { state, version, outbox } = visible(found, req);
        expect(version);
        const decision = decide(state, visit.occasion(state.custody.key));
        if (!('unchanged' in decision) && outbox.length >= mostUnsaid) throw new OutboxFullError();
        return decision;
      },
      visit.cause,
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

function answerOf({ state, version }: OrderDocument) {
  return opened({ ...state.order, version }, state.custody.key);
}

function show(res: Response, document: OrderDocument): void {
  setETag(res, document.version);
  res.json(answerOf(document));
}
