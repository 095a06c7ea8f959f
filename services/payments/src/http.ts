import { compile, typedText } from '@order-events/contracts';
import {
  type Auth,
  bodyReader,
  callerOf,
  idempotencyKeyOf,
  type Logger,
  pageQuery,
  refuseCardNumbers,
  ServiceError,
  sendPage,
} from '@order-events/runtime';
import type { Cause, Document } from '@order-events/store';
import type { Express, Request } from 'express';
import Type from 'typebox';
import { PaymentNotFoundError } from './errors.ts';
import type { MoveMoney } from './move-money.ts';
import { next, type Payment } from './payment.ts';
import type { Payments } from './payment-store.ts';
import { resolutionOf, resolve, stuckOn } from './resolve.ts';

interface Doors {
  readonly payments: Pick<Payments, 'get' | 'find' | 'change'>;
  readonly moveMoney: MoveMoney;
  readonly auth: Pick<Auth, 'admin'>;
  readonly clock: () => Date;
  readonly log: Logger;
}

/** `/api/v1/payments`, for admins: how far an order's money has come, and the way out where it got stuck. */
export function paymentRoutes(app: Express, { payments, moveMoney, auth, clock, log }: Doors): void {
  app.get('/api/v1/payments', auth.admin(), async (req, res) => {
    if (req.query.stage !== 'stuck') throw new ServiceError('invalid', 'stage-invalid', 'this lists ?stage=stuck only');
    const { limit, after } = pageQuery(req);
    const page = await payments.find('stuck', { limit, ...(after !== undefined && { after }) });
    sendPage(req, res, page.documents.map(shown), page.next);
  });

  app.get('/api/v1/payments/:orderId', auth.admin(), async (req: Request<{ orderId: string }>, res) => {
    const { orderId } = req.params;
    const document = await payments.get(orderId);
    if (!document) throw new PaymentNotFoundError(orderId);
    res.json(shown(document));
  });

  app.post('/api/v1/payments/:orderId/resolve', auth.admin(), async (req: Request<{ orderId: string }>, res) => {
    const { orderId } = req.params;
    const key = { by: callerOf(req).id, key: idempotencyKeyOf(req) };
    const wanted = { ...readResolution(req.body), ...key, at: clock().toISOString() };
    const cause = causeOf(req);
    const decide = (payment: Payment | undefined) => {
      if (!payment) throw new PaymentNotFoundError(orderId);
      return resolve(payment, wanted);
    };
    const { document, changed } = await payments.change(orderId, decide, cause);
    // On record it is: what fails here, the sweep does.
    await moveMoney(orderId, cause).catch((error) =>
      log.warn('resolved payment waits for the sweep', { orderId, error }),
    );
    if (!changed) res.setHeader('Idempotent-Replayed', 'true');
    const { outcome, reason, by, at } = resolutionOf(document.state, key) ?? wanted;
    res.status(202).location(`/api/v1/payments/${orderId}`).json({ orderId, outcome, reason, by, at });
  });
}

const readDecision = bodyReader(
  compile(
    Type.Object(
      { outcome: Type.Enum(['retry', 'voided', 'refunded', 'settled']), reason: typedText(500, 3) },
      { additionalProperties: false },
    ),
  ),
);

function readResolution(body: unknown) {
  const decision = readDecision(body);
  refuseCardNumbers(decision.reason);
  return decision;
}

function causeOf({ context: { requestId, traceparent, tracestate } }: Request<{ orderId: string }>): Cause {
  return { correlationId: requestId, triggeredBy: 'admin', traceparent, tracestate };
}

/** What an operator may see: money, what is known of the order, what is waited for, and how it came to that. */
function shown({ state: payment, version }: Document<Payment>) {
  const { orderId, userId, stage, terms, reserved, confirmed, cancelled, completed, reference, call, history } =
    payment;
  const heard = { reserved, confirmed, cancelled, completed };
  const stuck = stuckOn(payment);
  return { orderId, userId, stage, ...terms, reference, heard, ripeFor: next(payment), stuck, call, history, version };
}
