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

interface Said {
  readonly event: string;
  readonly payload: { cursor: string; message: string; order: Record<string, unknown> };
}

interface Client {
  readonly socket: Socket;
  readonly said: Said[];
}

function connect(service: Service, auth: Record<string, unknown>): Promise<Client> {
  const socket = io(service.url, { auth, reconnection: false });
  sockets.push(socket);
  const said: Said[] = [];
  socket.onAny((event, payload) => void said.push({ event, payload }));
  return new Promise((resolve, reject) => {
    socket.once('connect_error', reject);
    socket.once('ready', () => resolve({ socket, said }));
  });
}

const as = (person: string, role?: 'user' | 'admin') => ({ token: personToken(person, role) });
const events = ({ said }: Client) => said.map(({ event }) => event);
const hears = (client: Client, ...expected: string[]) => eventually(() => expect(events(client)).toEqual(expected));

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

test('an owner is told live by whichever instance they are on, with the exact words, and no address', async () => {
  const [here, there] = [await connect(one, as('ada')), await connect(other, as('ada'))];
  const order = await create('ada');
  await moved(order, Status.Cancelled, 2);
  await around.publish(orderCancelled({ order: { ...order, version: 3 }, refund }), {
    subject: order.id,
    version: 3,
    userid: 'ada',
  });
  for (const client of [here, there])
    await hears(client, 'ready', 'order:created', 'order:status_changed', 'order:cancelled');
  expect(here.said.map(({ payload }) => payload.message)).toEqual([
    undefined,
    `Your order #${order.orderNumber} has been created!`,
    'Your order status changed from Pending to Cancelled',
    `Your order #${order.orderNumber} has been cancelled`,
  ]);
  const told = here.said[1]?.payload;
  expect(told).toMatchObject({
    order: { id: order.id, totalAmount: order.totalAmount },
    timestamp: expect.any(String),
    cursor: expect.any(String),
  });
  expect(told?.order).not.toHaveProperty('shippingAddress');
});

test('what was missed comes after reconnecting with the cursor: in order, once, also on another instance', async () => {
  const first = await connect(one, as('bea'));
  await create('bea');
  await hears(first, 'ready', 'order:created');
  first.socket.close();
  const cursor = first.said[1]?.payload.cursor;
  const missed = [await create('bea'), await create('bea')];
  await eventually(async () => {
    const { body } = await asking(other.url, personToken('bea'))('GET', '/api/v1/notifications');
    expect(body.items).toHaveLength(3);
  });
  const second = await connect(other, { ...as('bea'), cursor });
  await hears(second, 'ready', 'order:created', 'order:created');
  expect(
    second.said
      .slice(1)
      .map(({ payload }) => payload.order.id)
      .sort(),
  ).toEqual(missed.map(({ id }) => id).sort());

  const fresh = await connect(one, as('bea'));
  expect(events(fresh)).toEqual(['ready']);
});

test('events of one order are told in the order in which they were said, whatever order they come in', async () => {
  const client = await connect(one, as('cem'));
  const order = anOrder({ userId: 'cem' });
  await moved(order, Status.Confirmed, 2);
  await create('cem', order);
  await hears(client, 'ready', 'order:created', 'order:status_changed');
});

test('an event that comes again is told once', async () => {
  const client = await connect(one, as('dan'));
  const order = anOrder({ userId: 'dan' });
  const event = await around.publish(orderCreated({ order }), { subject: order.id, userid: 'dan' });
  await around.publishEvent(event);
  await create('dan');
  await hears(client, 'ready', 'order:created', 'order:created');
  const { body } = await asking(one.url, personToken('dan'))('GET', '/api/v1/notifications');
  expect(body.items).toHaveLength(2);
});

test('low stock is told to admins only', async () => {
  const [root, ada] = [await connect(one, as('root', 'admin')), await connect(one, as('eve'))];
  const product = { id: 'lamp', name: 'Lamp', available: 1, lowStockAt: 2 };
  await around.publish(inventoryLowStock({ product }), { subject: 'lamp' });
  await hears(root, 'ready', 'inventory:low_stock');
  expect(root.said[1]?.payload).toMatchObject({ product, message: 'Product Lamp is low on stock: 1 left' });
  expect(events(ada)).toEqual(['ready']);
});

test('a cursor from a time that is no longer kept is answered with all that is', async () => {
  await create('fay');
  const client = await connect(one, { ...as('fay'), cursor: Buffer.from('99').toString('base64url') });
  await hears(client, 'ready', 'cursor:expired', 'order:created');
});

test('without a good token there is no socket, and the reason is told', async () => {
  await expect(connect(one, {})).rejects.toThrow('Authentication error: No token provided');
  await expect(connect(one, { token: 'nonsense' })).rejects.toThrow('Authentication error: Invalid token');
  await expect(connect(one, { ...as('ada'), cursor: '%%%' })).rejects.toThrow('Invalid cursor');
  await expect(connect(one, { token: personToken('ada', 'user', { expiresInSeconds: -10 }) })).rejects.toThrow(
    'Invalid token',
  );
});

test('a token that runs out ends the connection', async () => {
  const client = await connect(one, { token: personToken('gil', 'user', { expiresInSeconds: 1 }) });
  await eventually(() => expect(client.socket.connected).toBe(false));
});

test('the same over HTTP, page by page', async () => {
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
])('an offer to upgrade to %s at %s is answered over HTTP/1.1', async (protocol, path, status) => {
  const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: protocol, 'http2-settings': 'AAMAAABkAARAAAAA' };
  const [answer] = await once(request(one.url + path, { headers, agent: false }).end(), 'response');
  expect(answer.statusCode).toBe(status);
  answer.destroy();
});
