import { keyIdOf } from '@order-events/contracts';
import type { Auth } from '@order-events/runtime';
import { type Request, Router } from 'express';
import { OrderNotFoundError, PaymentTokenGoneError } from './errors.ts';
import { unseal } from './order-secrets.ts';
import type { OrderStore } from './order-store.ts';
import { readUnseal } from './requests.ts';

interface Parts {
  readonly auth: Auth;
  readonly orders: OrderStore;
}

/** `/internal`: routes for other services, each with its own service token. The gateway never routes them. */
export function internalRoutes({ auth, orders }: Parts): Router {
  const router = Router({ caseSensitive: true });

  router.get('/orders/:id/payment-token', auth.service('payments'), async (req: Request<{ id: string }>, res) => {
    const { id } = req.params;
    const found = await orders.get(id);
    if (!found) throw new OrderNotFoundError(id);
    const { key, paymentToken } = found.state.custody;
    const token = paymentToken && unseal(key, paymentToken);
    if (!token) throw new PaymentTokenGoneError(id);
    res.json({ token });
  });

  router.post('/unseal', auth.service('shipping'), async (req, res) => {
    const { values } = readUnseal(req.body);
    res.json({ values: await Promise.all(values.map(unsealed)) });
  });

  async function unsealed(value: string): Promise<string | null> {
    // The id of a key is the id of its order.
    const found = await orders.get(keyIdOf(value) ?? '');
    return found ? unseal(found.state.custody.key, value) : null;
  }

  return router;
}
