import { randomUUID } from 'node:crypto';

/** What the demo reads of an order. */
export interface DemoOrder {
  readonly id: string;
  readonly orderNumber: string;
  readonly status: number;
  readonly statusLabel: string;
  readonly totalAmount: number;
  readonly currency: string;
  readonly cancellation?: { code: string; reason: string };
}

export interface HistoryEntry {
  readonly eventType: string;
  readonly payload: Record<string, unknown>;
  readonly metadata: { timestamp: string };
}

export interface Mail {
  readonly to: string;
  readonly subject: string;
}

/** Someone with a token who talks to the gateway, as any client would. */
export function createCustomer(gateway: string, token: string) {
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
      call<DemoOrder>(
        'POST',
        '/api/v1/orders',
        { items, paymentMethod: 'card', paymentToken, shippingAddress },
        {
          'idempotency-key': randomUUID(),
        },
      ),
    order: (id: string) => call<DemoOrder>('GET', `/api/v1/orders/${id}`),
    cancel: (id: string, reason: string) =>
      call<DemoOrder>('POST', `/api/v1/orders/${id}/cancel`, { reason }, { 'idempotency-key': randomUUID() }),
    history: (id: string) => call<{ events: HistoryEntry[]; count: number }>('GET', `/api/v1/orders/${id}/events`),
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
