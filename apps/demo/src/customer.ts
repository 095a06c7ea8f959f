import { createClient } from '@order-events/client';

export interface Mail {
  readonly to: string;
  readonly subject: string;
}

/** Someone with a token who talks to the gateway, as any client would. */
export function createCustomer(gateway: string, token: string) {
  const client = createClient({ url: gateway, token: () => token, patienceMs: 15_000 });

  /** What the client has no name for. */
  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const response = await fetch(`${gateway}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
  }

  return {
    call,
    place: (items: { productId: string; quantity: number }[], paymentToken: string) =>
      client.placeOrder({ items, paymentMethod: 'card', paymentToken, shippingAddress }),
    order: client.order,
    cancel: client.cancelOrder,
    history: client.history,
    mails: (orderId: string) => call<{ items: Mail[] }>('GET', `/api/v1/emails?orderId=${orderId}`),
  };
}
export type DemoCustomer = ReturnType<typeof createCustomer>;

export const shippingAddress = {
  name: 'Ada Lovelace',
  line1: '12 St James Square',
  city: 'London',
  postalCode: 'SW1Y 4JH',
  country: 'GB',
};
