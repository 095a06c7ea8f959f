import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  getStatusLabel,
  inventoryLowStock,
  orderCancelled,
  orderCreated,
  orderStatusChanged,
  Status,
} from '@order-events/contracts';
import type { Service } from '@order-events/runtime';
import { anOrder, asking, eventually, personToken, type Surroundings, startSurroundings } from '@order-events/testing';
import { io, type Socket } from 'socket.io-client';
import { service } from '../src/index.ts';

let around: Surroundings;
let one: Service;
let other: Service;
const sockets: Socket[] = [];

beforeAll(async () => {
  around = await startSurroundings('notifications');
  [one, other] = [1, 2].map(() => service.create(around.env)) as [Service, Service];
  await one.start();
  await other.start();
});
afterAll(async () => {
  for (const socket of sockets) socket.close();
  await Promise.all([one.stop(), other.stop()]);
  await around.stop();
});

interface Received {
  readonly event: string;
  readonly payload: { cursor: string; message: string; order: Record<string, unknown> };
}

interface Client {
  readonly socket: Socket;
  readonly received: Received[];
}

function connect(service: Service, auth: Record<string, unknown>): Promise<Client> {
  const socket = io(service.url, { auth, reconnection: false });
  sockets.push(socket);
  const received: Received[] = [];
  socket.onAny((event, payload) => void received.push({ event, payload }));
  return new Promise((resolve, reject) => {
    socket.once('connect_error', reject);
    socket.once('ready', () => resolve({ socket, received }));
  });
}

const as = (person: string, role?: 'user' | 'admin') => ({ token: personToken(person, role) });
const events = ({ received }: Client) => received.map(({ event }) => event);
const receives = (client: Client, ...expected: string[]) => eventually(() => expect(events(client)).toEqual(expected));

const refund = { amount: 0, currency: 'EUR', method: 'card' };
const create = (userId: string, order = anOrder({ userId })) =>
  around.publish(orderCreated({ order }), { subject: order.id, userid: userId }).then(() => order);

function moved(order: ReturnType<typeof anOrder>, to: Status, version: number) {
  const from = order.status as Status;
  const now = { ...order, status: to, statusLabel: getStatusLabel(to), version };
  const data = {
    order: now,
    oldStatus: from,
    newStatus: to,
    oldStatusLabel: getStatusLabel(from),
    newStatusLabel: getStatusLabel(to),
  };
  return around.publish(orderStatusChanged(data), { subject: order.id, version, userid: order.userId });
}

test('an owner gets live messages on every instance, with the exact text, and no address', async () => {
  const [here, there] = [await connect(one, as('ada')), await connect(other, as('ada'))];
  const order = await create('ada');
  await moved(order, Status.Cancelled, 2);
  await around.publish(orderCancelled({ order: { ...order, version: 3 }, refund }), {
    subject: order.id,
    version: 3,
    userid: 'ada',
  });
  for (const client of [here, there])
    await receives(client, 'ready', 'order:created', 'order:status_changed', 'order:cancelled');
  expect(here.received.map(({ payload }) => payload.message)).toEqual([
    undefined,
    `Your order #${order.orderNumber} has been created!`,
    'Your order status changed from Pending to Cancelled',
    `Your order #${order.orderNumber} has been cancelled`,
  ]);
  const first = here.received[1]?.payload;
  expect(first).toMatchObject({
    order: { id: order.id, totalAmount: order.totalAmount },
    timestamp: expect.any(String),
    cursor: expect.any(String),
  });
  expect(first?.order).not.toHaveProperty('shippingAddress');
});

test('missed messages come after reconnecting with the cursor: in order, once, also on another instance', async () => {
  const first = await connect(one, as('bea'));
  await create('bea');
  await receives(first, 'ready', 'order:created');
  first.socket.close();
  const cursor = first.received[1]?.payload.cursor;
  const missed = [await create('bea'), await create('bea')];
  await eventually(async () => {
    const { body } = await asking(other.url, personToken('bea'))('GET', '/api/v1/notifications');
    expect(body.items).toHaveLength(3);
  });
  const second = await connect(other, { ...as('bea'), cursor });
  await receives(second, 'ready', 'order:created', 'order:created');
  expect(
    second.received
      .slice(1)
      .map(({ payload }) => payload.order.id)
      .sort(),
  ).toEqual(missed.map(({ id }) => id).sort());

  const fresh = await connect(one, as('bea'));
  expect(events(fresh)).toEqual(['ready']);
});

test('events of one order reach clients in the order of their publication, in whatever order they are consumed', async () => {
  const client = await connect(one, as('cem'));
  const order = anOrder({ userId: 'cem' });
  await moved(order, Status.Confirmed, 2);
  await create('cem', order);
  await receives(client, 'ready', 'order:created', 'order:status_changed');
});

test('an event consumed twice reaches clients once', async () => {
  const client = await connect(one, as('dan'));
  const order = anOrder({ userId: 'dan' });
  const event = await around.publish(orderCreated({ order }), { subject: order.id, userid: 'dan' });
  await around.publishEvent(event);
  await create('dan');
  await receives(client, 'ready', 'order:created', 'order:created');
  const { body } = await asking(one.url, personToken('dan'))('GET', '/api/v1/notifications');
  expect(body.items).toHaveLength(2);
});

test('low stock reaches admins only', async () => {
  const [root, ada] = [await connect(one, as('root', 'admin')), await connect(one, as('eve'))];
  const product = { id: 'lamp', name: 'Lamp', available: 1, lowStockAt: 2 };
  await around.publish(inventoryLowStock({ product }), { subject: 'lamp' });
  await receives(root, 'ready', 'inventory:low_stock');
  expect(root.received[1]?.payload).toMatchObject({ product, message: 'Product Lamp is low on stock: 1 left' });
  expect(events(ada)).toEqual(['ready']);
});

test('with a cursor that has expired, a client gets every stored message', async () => {
  await create('fay');
  const client = await connect(one, { ...as('fay'), cursor: Buffer.from('99').toString('base64url') });
  await receives(client, 'ready', 'cursor:expired', 'order:created');
});

test('a socket without a valid token is refused with the reason', async () => {
  await expect(connect(one, {})).rejects.toThrow('Authentication error: No token provided');
  await expect(connect(one, { token: 'nonsense' })).rejects.toThrow('Authentication error: Invalid token');
  await expect(connect(one, { ...as('ada'), cursor: '%%%' })).rejects.toThrow('Invalid cursor');
  await expect(connect(one, { token: personToken('ada', 'user', { expiresInSeconds: -10 }) })).rejects.toThrow(
    'Invalid token',
  );
});

test('a token that expires ends the connection', async () => {
  const client = await connect(one, { token: personToken('gil', 'user', { expiresInSeconds: 1 }) });
  await eventually(() => expect(client.socket.connected).toBe(false));
});

test('the same messages over HTTP, page by page', async () => {
  const hal = asking(one.url, personToken('hal'));
  await create('hal');
  await create('hal');
  await eventually(async () => expect((await hal('GET', '/api/v1/notifications')).body.items).toHaveLength(2));
  const first = await hal('GET', '/api/v1/notifications?limit=1');
  expect(first.body.items).toHaveLength(1);
  const second = await hal('GET', `/api/v1/notifications?limit=1&cursor=${first.body.nextCursor}`);
  expect(second.body.items).toHaveLength(1);
  expect(second.body.items).not.toEqual(first.body.items);
  expect((await hal('GET', '/api/v1/notifications?cursor=zzz')).body.code).toBe('cursor-invalid');
});

test.each([
  ['h2c', '/socket.io/?EIO=4&transport=polling', 200],
  ['h2c', '/api/v1/notifications', 401],
  ['TLS/1.0', '/livez', 200],
  ['websocket', '/livez', 200],
])('an offer to upgrade to %s at %s gets a response over HTTP/1.1', async (protocol, path, status) => {
  const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: protocol, 'http2-settings': 'AAMAAABkAARAAAAA' };
  const [answer] = await once(request(one.url + path, { headers, agent: false }).end(), 'response');
  expect(answer.statusCode).toBe(status);
  answer.destroy();
});
