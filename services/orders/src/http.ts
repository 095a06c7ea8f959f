import { closed, historyEntry } from '@order-events/contracts';
import {
  calleeCodes,
  callerOf,
  expectedVersion,
  idempotencyKey,
  nextCursor,
  nextCursorOf,
  pageIn,
  pageParameters,
  pageSchema,
  type Route,
  route,
  sendPage,
  setETag,
} from '@order-events/runtime';
import { type Decision, unchanged } from '@order-events/store';
import type { Request } from 'express';
import Type from 'typebox';
import { requestedCancellation } from './cancellation.ts';
import { refuseCardData } from './card-data.ts';
import { OrderNotFoundError, OutboxFullError } from './errors.ts';
import { internalRoutes } from './internal-http.ts';
import { cancel, changeAddress, type DecisionContext, type OrderState } from './order.ts';
import { orderAnswer, orderAnswerOf, sendOrder } from './order-answer.ts';
import type { OrderHistory } from './order-history.ts';
import { orderRequest } from './order-request.ts';
import { isSealOf, sealAddress } from './order-secrets.ts';
import type { OrderDocument, OrderStore } from './order-store.ts';
import type { PlaceOrder } from './place-order.ts';
import { requestContextOf } from './request-context.ts';
import {
  addressChange,
  cancelRequest,
  checkCity,
  checkShipment,
  refuseItems,
  statusChange,
  statusFilter,
} from './requests.ts';
import { moveOn } from './saga.ts';

interface Parts {
  readonly orders: OrderStore;
  readonly placeOrder: PlaceOrder;
  readonly historyOf: OrderHistory;
  readonly clock: () => Date;
}

// Events of one order that may wait for the broker. Beyond them, changes of that order over HTTP are refused with 503.
const mostUnpublished = 100;

// Page size where no limit is given: the whole history of nearly every order.
const mostEvents = 100;

type Decide = (state: OrderState, context: DecisionContext) => Decision<OrderState>;

const forPeople = { who: 'person', rateLimited: true } as const;
/** What every change of an order takes and may answer. */
const change = { headers: { expects: expectedVersion }, before: [refuseCardData] } as const;
const changed = { 400: ['card-data-refused'], 404: ['order-unknown'], 412: ['version-differs'], 503: ['outbox-full'] };

/** An order can be seen by its owner and by admins; for other callers it is 404. */
export function routes(parts: Parts): Route[] {
  return [...readingRoutes(parts), ...changingRoutes(parts), ...internalRoutes(parts.orders)];
}

function readingRoutes({ orders, historyOf }: Parts): Route[] {
  const find = async (req: Request, id: string) => visible(await orders.get(id), req, id);
  return [
    route({
      ...forPeople,
      method: 'get',
      path: '/api/v1/orders',
      summary: 'the caller’s orders, newest first; everybody’s for an admin',
      query: { status: statusFilter, ...pageParameters() },
      answers: { 200: pageSchema(orderAnswer) },
      async handler({ req, query }, res) {
        const { id, role } = callerOf(req);
        const filter = {
          ...(role !== 'admin' && { userId: id }),
          ...(query.status !== undefined && { status: query.status }),
        };
        const page = await orders.list(filter, pageIn(query));
        sendPage(req, res, page.documents.map(orderAnswerOf), page.next);
      },
    }),
    route({
      ...forPeople,
      method: 'get',
      path: '/api/v1/orders/:id',
      summary: 'one order; its `ETag` is its version',
      answers: { 200: orderAnswer, 404: ['order-unknown'] },
      handler: async ({ req, params }, res) => sendOrder(res, await find(req, params.id)),
    }),
    route({
      ...forPeople,
      method: 'get',
      path: '/api/v1/orders/:id/events',
      summary: 'the events of an order, newest first; `count` is of all',
      query: pageParameters(mostEvents),
      answers: {
        200: closed({ events: Type.Array(historyEntry), count: Type.Integer({ minimum: 0 }), nextCursor }),
        404: ['order-unknown'],
        422: ['audit-answer-too-large'],
        503: [...calleeCodes('audit'), 'audit-unreadable'],
      },
      async handler({ req, params, query }, res) {
        const { events, count, next } = await historyOf(await find(req, params.id), pageIn(query));
        res.json({ events, count, nextCursor: nextCursorOf(req, res, next) });
      },
    }),
  ];
}

function changingRoutes({ orders, placeOrder, clock }: Parts): Route[] {
  /** Decides on the stored order. If-Match is checked inside the write, so that no other write can come between. */
  async function decideOn(req: Request, id: string, expects: (version: number) => void, decide: Decide) {
    const context = requestContextOf(req, clock());
    const { document } = await orders.change(
      id,
      (_, found) => {
        const { state, version, outbox } = visible(found, req, id);
        expects(version);
        const decision = decide(state, context.decisionContext(state.custody.key));
        if (!('unchanged' in decision) && outbox.length >= mostUnpublished) throw new OutboxFullError();
        return decision;
      },
      context.cause,
    );
    return document;
  }

  return [
    route({
      ...forPeople,
      method: 'post',
      path: '/api/v1/orders',
      summary: 'places an order; prices are the catalogue’s. A repeat of the request gets the first answer',
      before: [refuseCardData],
      body: orderRequest,
      headers: { key: idempotencyKey },
      answers: {
        201: orderAnswer,
        400: ['card-data-refused'],
        409: ['total-differs'],
        422: [
          'idempotency-key-reused',
          'product-unknown',
          'currencies-mixed',
          'currency-unknown',
          'quantity-too-large',
          'total-too-large',
        ],
        503: ['outbox-full', ...calleeCodes('inventory'), 'inventory-unreadable'],
      },
      async handler({ req, body, headers }, res) {
        checkCity(body.shippingAddress);
        const { order, replayed } = await placeOrder(body, headers.key, requestContextOf(req, clock()));
        if (replayed) res.setHeader('Idempotent-Replayed', 'true');
        setETag(res, order.version);
        res.status(201).location(`/api/v1/orders/${order.id}`).json(order);
      },
    }),
    route({
      ...forPeople,
      ...change,
      method: 'patch',
      path: '/api/v1/orders/:id',
      summary: 'sends an order to another address, until it is shipped',
      before: [...change.before, refuseItems],
      body: addressChange,
      answers: { 200: orderAnswer, ...changed, 409: ['items-fixed', 'address-fixed', 'address-changes-used-up'] },
      async handler({ req, params, body: { shippingAddress }, headers: { expects } }, res) {
        checkCity(shippingAddress);
        const document = await decideOn(req, params.id, expects, (state, context) => {
          const { key } = state.custody;
          if (isSealOf(key, state.order.shippingAddress, shippingAddress)) return unchanged(state);
          return changeAddress(state, sealAddress(key, shippingAddress), context);
        });
        sendOrder(res, document);
      },
    }),
    route({
      ...forPeople,
      ...change,
      method: 'put',
      path: '/api/v1/orders/:id/status',
      summary: 'moves an order on; status 3 needs a tracking number, a carrier and a captured payment',
      who: 'admin',
      body: statusChange,
      answers: { 200: orderAnswer, ...changed, 409: ['illegal-move', 'not-ready', 'cancel-instead'] },
      async handler({ req, params, body, headers: { expects } }, res) {
        checkShipment(body);
        const { status, ...shipment } = body;
        const decide: Decide = (state, context) => moveOn(state, status, shipment, context);
        sendOrder(res, await decideOn(req, params.id, expects, decide));
      },
    }),
    route({
      ...forPeople,
      ...change,
      method: 'post',
      path: '/api/v1/orders/:id/cancel',
      summary: 'cancels an order; a repeat changes nothing',
      body: cancelRequest,
      answers: { 202: orderAnswer, ...changed, 409: ['illegal-move'] },
      async handler({ req, params, body: { reason }, headers: { expects } }, res) {
        const caller = callerOf(req);
        const decide: Decide = (state, context) => cancel(state, requestedCancellation(state, caller, reason), context);
        sendOrder(res.status(202), await decideOn(req, params.id, expects, decide));
      },
    }),
  ];
}

function visible(found: OrderDocument | undefined, req: Request, id: string): OrderDocument {
  const { id: caller, role } = callerOf(req);
  if (found && (role === 'admin' || found.state.order.userId === caller)) return found;
  throw new OrderNotFoundError(id);
}
