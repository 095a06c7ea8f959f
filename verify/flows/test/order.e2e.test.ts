import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DemoCustomer } from '@order-events/demo';
import { eventually } from '@order-events/testing';
import { io, type Socket } from 'socket.io-client';
import { startWholeSystem, type WholeSystem } from '../src/whole-system.ts';

let whole: WholeSystem;
let ada: DemoCustomer;

beforeAll(async () => {
  whole = await startWholeSystem();
  ada = await whole.person('ada', 'ada@example.org');
  await whole.admin.call('PUT', '/api/v1/products/lamp', {
    name: 'Lamp',
    price: 4990,
    currency: 'EUR',
    lowStockAt: 0,
    restock: 100,
  });
  await whole.admin.call('PUT', '/api/v1/products/globe', { name: 'Globe', price: 89000, currency: 'EUR', restock: 1 });
}, 60_000);

afterAll(() => whole?.stop());

const stockOf = (id: string) => whole.admin.call<Stock>('GET', `/api/v1/products/${id}`);
interface Stock {
  available: number;
  reserved: number;
}

async function ended(id: string, status: number) {
  return eventually(async () => {
    const order = await ada.order(id);
    expect(order.status).toBe(status);
    return order;
  });
}

async function heard(id: string) {
  return (await ada.history(id)).events.map((event) => event.eventType).reverse();
}

async function mailsOf(id: string, count: number) {
  return eventually(async () => {
    const { items } = await whole.admin.mails(id);
    expect(items).toHaveLength(count);
    return items;
  });
}

function listen(
  token: string,
  cursor?: string,
): Promise<{ socket: Socket; messages: { event: string; payload: Said }[] }> {
  const socket = io(whole.gateway, { auth: { token, ...(cursor && { cursor }) }, reconnection: false });
  const messages: { event: string; payload: Said }[] = [];
  socket.onAny((event: string, payload: Said) => void messages.push({ event, payload }));
  return new Promise((resolve, reject) => {
    socket.once('ready', () => resolve({ socket, messages }));
    socket.once('connect_error', reject);
  });
}
interface Said {
  message: string;
  cursor: string;
  order: { id: string; orderNumber: string; shippingAddress?: unknown };
}

test('an order is reserved, paid, confirmed by mail, told live and kept in its history', async () => {
  const { socket, messages } = await listen(whole.tokenOf('ada'));
  const before = await stockOf('lamp');
  const placed = await ada.place([{ productId: 'lamp', quantity: 2 }], 'tok_ok');
  expect(placed).toMatchObject({ status: 0, statusLabel: 'Pending', totalAmount: 9980, currency: 'EUR' });
  await ended(placed.id, 1);
  expect(await stockOf('lamp')).toMatchObject({ available: before.available - 2, reserved: before.reserved + 2 });

  const [mail] = await mailsOf(placed.id, 1);
  expect(mail).toMatchObject({ to: 'ada@example.org', subject: expect.stringContaining(placed.orderNumber) });

  await eventually(async () => {
    const types = await heard(placed.id);
    expect(types).toEqual(
      expect.arrayContaining([
        'order:created',
        'inventory:reserved',
        'payment:authorized',
        'payment:captured',
        'email:sent',
      ]),
    );
  });

  await eventually(() =>
    expect(messages.map(({ event }) => event)).toEqual(['ready', 'order:created', 'order:status_changed']),
  );
  expect(messages[1]?.payload.message).toBe(`Your order #${placed.orderNumber} has been created!`);
  expect(messages[2]?.payload.message).toBe('Your order status changed from Pending to Confirmed');
  expect(messages[1]?.payload.order).not.toHaveProperty('shippingAddress');
  socket.close();

  const later = await listen(whole.tokenOf('ada'), messages[1]?.payload.cursor);
  await eventually(() => expect(later.messages.map(({ event }) => event)).toEqual(['ready', 'order:status_changed']));
  later.socket.close();
});

test('an order for more than there is ends cancelled, holds nothing and is not charged', async () => {
  const placed = await ada.place(
    [
      { productId: 'lamp', quantity: 1 },
      { productId: 'globe', quantity: 5 },
    ],
    'tok_ok',
  );
  const order = await ended(placed.id, 5);
  expect(order.cancellation?.code).toBe('out-of-stock');
  expect(await stockOf('globe')).toMatchObject({ available: 1, reserved: 0 });
  await mailsOf(placed.id, 1);
  expect(await heard(placed.id)).not.toContain('payment:authorized');
});

test('a declined card cancels the order and gives its stock back', async () => {
  const before = await stockOf('lamp');
  const placed = await ada.place([{ productId: 'lamp', quantity: 3 }], 'tok_declined');
  expect((await ended(placed.id, 5)).cancellation?.code).toBe('payment-declined');
  await eventually(async () => expect(await stockOf('lamp')).toEqual(before));
});

test('a capture that fails cancels the order and lets the money go', async () => {
  const placed = await ada.place([{ productId: 'lamp', quantity: 1 }], 'tok_capture_fails');
  expect((await ended(placed.id, 5)).cancellation?.code).toBe('payment-failed');
  await eventually(async () => expect(await heard(placed.id)).toContain('payment:voided'));
});

test('a provider that is slow or flaky costs time, not money', async () => {
  const flaky = await ada.place([{ productId: 'lamp', quantity: 1 }], 'tok_flaky');
  await eventually(async () => expect((await ada.order(flaky.id)).status).toBe(1), { timeoutMs: 20_000 });
  expect((await heard(flaky.id)).filter((type) => type === 'payment:authorized')).toHaveLength(1);
}, 30_000);

test('an order cancelled by its owner is refunded, released and told', async () => {
  const before = await stockOf('lamp');
  const placed = await ada.place([{ productId: 'lamp', quantity: 4 }], 'tok_ok');
  await ended(placed.id, 1);
  await ada.cancel(placed.id, 'changed my mind');
  await ended(placed.id, 5);
  await eventually(async () => {
    const types = await heard(placed.id);
    expect(types).toContain('inventory:released');
    expect(types.some((type) => type === 'payment:refunded' || type === 'payment:voided')).toBe(true);
  });
  expect(await stockOf('lamp')).toEqual(before);
  await mailsOf(placed.id, 2);
});

test('another person’s order is not there', async () => {
  const placed = await ada.place([{ productId: 'lamp', quantity: 1 }], 'tok_ok');
  const ben = await whole.person('ben');
  await expect(ben.order(placed.id)).rejects.toMatchObject({ status: 404 });
  await expect(ben.history(placed.id)).rejects.toMatchObject({ status: 404 });
});

test('no client says where it is: what is recorded is the address that the gateway sees', async () => {
  const lamp = { productId: 'lamp', quantity: 1 };
  const shippingAddress = { line1: '12 St James Square', city: 'London', country: 'GB' };
  const response = await fetch(`${whole.gateway}/api/v1/orders`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${whole.tokenOf('ada')}`,
      'Idempotency-Key': 'from-elsewhere',
      'Content-Type': 'application/json',
      'X-Forwarded-For': '198.51.100.7',
    },
    body: JSON.stringify({ items: [lamp], paymentMethod: 'card', paymentToken: 'tok_ok', shippingAddress }),
  });
  const { id } = (await response.json()) as { id: string };
  await eventually(async () => {
    const { events } = await ada.history(id);
    const created = events.find(({ eventType }) => eventType === 'order:created');
    expect(created?.metadata).toMatchObject({ ipAddress: '127.0.0.1' });
  });
});
