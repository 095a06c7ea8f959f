import { amount, closed, code, currency, idText, timestamp, typedText, uuid } from '@order-events/contracts';
import {
  callerOf,
  idempotencyKey,
  type Logger,
  pageIn,
  pageParameters,
  pageSchema,
  type Route,
  refuseCardNumbers,
  required,
  route,
  sendPage,
} from '@order-events/runtime';
import type { Cause, Document } from '@order-events/store';
import type { Request } from 'express';
import Type from 'typebox';
import { PaymentNotFoundError } from './errors.ts';
import type { MoveMoney } from './move-money.ts';
import { next, type Payment } from './payment.ts';
import type { Payments } from './payment-store.ts';
import { resolutionOf, resolve, stuckOn } from './resolve.ts';

interface Parts {
  readonly payments: Pick<Payments, 'get' | 'find' | 'change'>;
  readonly moveMoney: MoveMoney;
  readonly clock: () => Date;
  readonly log: Logger;
}

const outcome = Type.Enum(['retry', 'voided', 'refunded', 'settled']);
const call = Type.Enum(['authorise', 'capture', 'void', 'refund', 'settle']);
const text = Type.String();
const flag = Type.Boolean();

const resolutionRequest = closed({ outcome, reason: typedText(500, 3) });

/** A payment as operators see it: the money, the facts about the order, the pending call, and the history. */
const paymentAnswer = closed({
  orderId: uuid,
  userId: Type.Optional(idText),
  stage: Type.Enum([
    'waiting',
    'declined',
    'authorised',
    'uncapturable',
    'captured',
    'voided',
    'barred',
    'refunded',
    'settled',
    'stuck',
  ]),
  amount: Type.Optional(amount),
  currency: Type.Optional(currency),
  method: Type.Optional(text),
  reference: Type.Optional(text),
  heard: closed({ reserved: flag, confirmed: flag, cancelled: flag, completed: flag }),
  ripeFor: Type.Optional(call),
  stuck: Type.Optional(
    closed({ call, since: Type.Optional(timestamp), code: Type.Optional(code), waysOut: Type.Array(outcome) }),
  ),
  call: Type.Optional(closed({ kind: call, key: text, until: timestamp, lookup: flag })),
  history: Type.Array(
    closed({
      at: timestamp,
      what: text,
      code: Type.Optional(code),
      times: Type.Optional(Type.Integer({ minimum: 2 })),
      by: Type.Optional(idText),
      reason: Type.Optional(text),
    }),
  ),
  // Counts its events: 0 before it has published one.
  version: Type.Integer({ minimum: 0 }),
});

const stage = required(Type.Literal('stuck'), {
  code: 'stage-invalid',
  wanted: 'stage must be stuck: this route lists stuck payments only',
});

/** Payments and their states, and the resolution of stuck ones. */
export function routes({ payments, moveMoney, clock, log }: Parts): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/payments',
      summary: 'the stuck payments, the longest first',
      who: 'admin',
      query: { stage, ...pageParameters() },
      answers: { 200: pageSchema(paymentAnswer) },
      async handler({ req, query }, res) {
        const page = await payments.find('stuck', pageIn(query));
        sendPage(req, res, page.documents.map(shown), page.next);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/payments/:orderId',
      summary: 'the payment of an order',
      who: 'admin',
      answers: { 200: paymentAnswer, 404: ['payment-unknown'] },
      async handler({ params: { orderId } }, res) {
        const document = await payments.get(orderId);
        if (!document) throw new PaymentNotFoundError(orderId);
        res.json(shown(document));
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/payments/:orderId/resolve',
      summary: 'resolves a stuck payment: calls the provider again, or records what happened to the money',
      who: 'admin',
      body: resolutionRequest,
      headers: { key: idempotencyKey },
      answers: {
        202: closed({ orderId: uuid, outcome, reason: text, by: idText, at: timestamp }),
        400: ['card-data-refused'],
        404: ['payment-unknown'],
        409: ['not-stuck', 'outcome-impossible'],
        422: ['idempotency-key-reused'],
      },
      async handler({ req, params: { orderId }, body, headers }, res) {
        refuseCardNumbers(body.reason);
        const key = { by: callerOf(req).id, key: headers.key };
        const wanted = { ...body, ...key, at: clock().toISOString() };
        const cause = causeOf(req);
        const decide = (payment: Payment | undefined) => {
          if (!payment) throw new PaymentNotFoundError(orderId);
          return resolve(payment, wanted);
        };
        const { document, changed } = await payments.change(orderId, decide, cause);
        // The decision is recorded: if the calls fail here, the sweep makes them.
        await moveMoney(orderId, cause).catch((error) =>
          log.warn('resolved payment waits for the sweep', { orderId, error }),
        );
        if (!changed) res.setHeader('Idempotent-Replayed', 'true');
        const { outcome, reason, by, at } = resolutionOf(document.state, key) ?? wanted;
        res.status(202).location(`/api/v1/payments/${orderId}`).json({ orderId, outcome, reason, by, at });
      },
    }),
  ];
}

function causeOf({ context: { requestId, traceparent, tracestate } }: Request): Cause {
  return { correlationId: requestId, triggeredBy: 'admin', traceparent, tracestate };
}

function shown({ state: payment, version }: Document<Payment>) {
  const { orderId, userId, stage, terms, reserved, confirmed, cancelled, completed, reference, call, history } =
    payment;
  const heard = { reserved, confirmed, cancelled, completed };
  const stuck = stuckOn(payment);
  return { orderId, userId, stage, ...terms, reference, heard, ripeFor: next(payment), stuck, call, history, version };
}
