import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const PRODUCT = 'compose-mug';
const CONFIRMED = 1;
const CANCELLED = 5;

export interface Order {
  id: string;
  status: number;
  statusLabel: string;
}

/** What a customer and an admin do over the gateway, and nothing else: the test sees what a client sees. */
export interface Shop {
  open(): Promise<void>;
  /** Places an order, asking again with the same key when the answer is lost or 503; undefined when it is refused for good. */
  placeOrder(): Promise<string | undefined>;
  /** The order if it is Confirmed, undefined while it is on its way; throws when it was cancelled. */
  confirmed(id: string): Promise<Order | undefined>;
}

export function shopAt(gateway: string, secret: string, issuer: string): Shop {
  const customer = `customer-${randomUUID()}`;
  const asCustomer = { authorization: `Bearer ${signToken({ sub: customer }, secret, issuer)}` };
  const asAdmin = { authorization: `Bearer ${signToken({ sub: 'compose-admin', role: 'admin' }, secret, issuer)}` };
  const call = (method: string, path: string, headers: Record<string, string>, body?: object) =>
    fetch(`${gateway}/api/v1${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(10_000),
      ...(body && { body: JSON.stringify(body) }),
    });

  return {
    async open() {
      const product = { name: 'Mug', price: 1250, currency: 'EUR', restock: 10_000, lowStockAt: 5 };
      await expectOk(await call('PUT', `/products/${PRODUCT}`, asAdmin, product));
      await expectOk(await call('PUT', '/customers/me', asCustomer, { email: 'ada@example.com', name: 'Ada' }));
    },

    async placeOrder() {
      const headers = { ...asCustomer, 'idempotency-key': randomUUID() };
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const answer = await call('POST', '/orders', headers, ORDER).catch(() => undefined);
        if (answer?.ok) return ((await answer.json()) as Order).id;
        if (answer !== undefined && ![429, 502, 503, 504].includes(answer.status)) await expectOk(answer);
        await pause(Number(answer?.headers.get('retry-after') ?? 1) * 1000);
      }
      return undefined;
    },

    async confirmed(id) {
      const answer = await call('GET', `/orders/${id}`, asCustomer);
      if (answer.status === 429 || answer.status >= 502) return undefined;
      const order = (await (await expectOk(answer)).json()) as Order;
      if (order.status === CANCELLED) throw new Error(`order ${id} was cancelled: ${JSON.stringify(order)}`);
      return order.status === CONFIRMED ? order : undefined;
    },
  };
}

const ORDER = {
  items: [{ productId: PRODUCT, quantity: 1 }],
  paymentMethod: 'card',
  paymentToken: 'tok_ok',
  shippingAddress: { name: 'Ada', line1: '1 Analytical Way', city: 'London', postalCode: 'N1 9GU', country: 'GB' },
};

async function expectOk(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  throw new Error(`${answer.url} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
}

function signToken(claims: { sub: string; role?: string }, secret: string, issuer: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const unsigned = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ ...claims, iss: issuer, exp })}`;
  return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
}
