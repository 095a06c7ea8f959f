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
export class Shop {
  readonly #gateway: string;
  readonly #customer: Headers;
  readonly #admin: Headers;

  constructor(gateway: string, secret: string, issuer: string) {
    const headers = (claims: Claims) => ({ authorization: `Bearer ${signToken({ ...claims, iss: issuer }, secret)}` });
    this.#gateway = gateway;
    this.#customer = headers({ sub: `customer-${randomUUID()}` });
    this.#admin = headers({ sub: 'compose-admin', role: 'admin' });
  }

  async open(): Promise<void> {
    const product = { name: 'Mug', price: 1250, currency: 'EUR', restock: 10_000, lowStockAt: 5 };
    const admin = { ...this.#admin, 'idempotency-key': randomUUID() };
    await expectOk(await this.#call('PUT', `/products/${PRODUCT}`, admin, product));
    await expectOk(await this.#call('PUT', '/customers/me', this.#customer, { email: 'ada@example.com', name: 'Ada' }));
  }

  /** Places an order, asking again with the same key while the answer is lost or says later; undefined when it stays so. */
  async placeOrder(): Promise<string | undefined> {
    const headers = { ...this.#customer, 'idempotency-key': randomUUID() };
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const answer = await this.#call('POST', '/orders', headers, ORDER).catch(() => undefined);
      if (answer !== undefined && !saysLater(answer)) return (await orderIn(answer)).id;
      await pause(Number(answer?.headers.get('retry-after') ?? 1) * 1000);
    }
    return undefined;
  }

  /** The order if it is Confirmed, undefined while it is on its way; throws when it was cancelled. */
  async confirmed(id: string): Promise<Order | undefined> {
    const answer = await this.#call('GET', `/orders/${id}`, this.#customer);
    if (saysLater(answer)) return undefined;
    const order = await orderIn(answer);
    if (order.status === CANCELLED) throw new Error(`order ${id} was cancelled: ${JSON.stringify(order)}`);
    return order.status === CONFIRMED ? order : undefined;
  }

  #call(method: string, path: string, headers: Headers, body?: object): Promise<Response> {
    return fetch(`${this.#gateway}/api/v1${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(10_000),
      ...(body && { body: JSON.stringify(body) }),
    });
  }
}

type Headers = Record<string, string>;
type Claims = { sub: string; role?: string; iss?: string };

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

const saysLater = (answer: Response) => [429, 502, 503, 504].includes(answer.status);

async function orderIn(answer: Response): Promise<Order> {
  return (await (await expectOk(answer)).json()) as Order;
}

function signToken(claims: Claims, secret: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const unsigned = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ ...claims, exp })}`;
  return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
}
