import type { Auth } from '@order-events/runtime';
import type { Express } from 'express';
import { PaymentNotFoundError } from './errors.ts';
import { next, type Payment } from './payment.ts';
import type { Payments } from './payment-store.ts';

export function paymentRoutes(app: Express, payments: Pick<Payments, 'get'>, auth: Pick<Auth, 'admin'>): void {
  app.get('/api/v1/payments/:orderId', auth.admin(), async (req, res) => {
    const orderId = String(req.params.orderId);
    const document = await payments.get(orderId);
    if (!document) throw new PaymentNotFoundError(orderId);
    res.json({ ...shown(document.state), version: document.version });
  });
}

/** What an operator may see: money, what is known of the order, what is waited for, and how it came to that. */
function shown(payment: Payment) {
  const { orderId, userId, stage, terms, reserved, confirmed, cancelled, completed, reference, call, history } =
    payment;
  const heard = { reserved, confirmed, cancelled, completed };
  return { orderId, userId, stage, ...terms, reference, heard, ripeFor: next(payment), call, history };
}
