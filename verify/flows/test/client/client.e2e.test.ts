import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  type Client,
  type CursorStore,
  createClient,
  inMemory,
  type Message,
  type NewOrder,
} from '@order-events/client';
import { personToken } from '@order-events/demo';
import { type FaultyProxy, startProxy } from '@order-events/prove/rig';
import { eventually } from '@order-events/testing';
import { io } from 'socket.io-client';
import { startWholeSystem, type WholeSystem } from '../../src/whole-system.ts';

let whole: WholeSystem;
let line: FaultyProxy;
let person = '';
let people = 0;

beforeAll(async () => {
  whole = await startWholeSystem();
  line = await startProxy(whole.gateway);
  const lamp = { name: 'Lamp', price: 4990, currency: 'EUR', restock: 1_000 };
  await whole.admin.call('PUT', '/api/v1/products/lamp', lamp);
}, 60_000);
afterAll(async () => {
  await line?.close();
  await whole?.stop();
});
beforeEach(async () => {
  person = `person-${++people}`;
  await whole.person(person, `${person}@example.org`);
});

const order: NewOrder = {
  items: [{ productId: 'lamp', quantity: 1 }],
  paymentMethod: 'card',
  paymentToken: 'tok_ok',
  shippingAddress: { line1: '12 St James Square', city: 'London', country: 'GB' },
};
const told = ['order:created', 'order:status_changed'];

/** Good for so many seconds more. */
function tokenFor(seconds: number): string {
  const month = 30 * 24 * 60 * 60;
  return personToken(whole.secrets, person, 'user', { issued: new Date(Date.now() - (month - seconds) * 1_000) });
}

function aClient(chosen: { token?: () => string | Promise<string>; cursors?: CursorStore; patienceMs?: number } = {}) {
  const { token = () => tokenFor(600), ...others } = chosen;
  return createClient({ url: line.url.replace(/^\w+:/, 'http:'), token, ...others });
}

/** A loop that runs beside the test; `over` tells how it ended. */
async function watching(client: Client) {
  const messages: Message[] = [];
  const ending = new AbortController();
  let readies = 0;
  const onReady = () => void readies++;
  const loop = async () => {
    for await (const message of client.watch({ signal: ending.signal, onReady })) messages.push(message);
  };
  const over = loop();
  over.catch(() => undefined);
  const ready = (times: number) => eventually(() => expect(readies).toBeGreaterThanOrEqual(times));
  const events = () => messages.map(({ event }) => event);
  const hears = (...expected: string[]) => eventually(() => expect(events()).toEqual(expected), { timeoutMs: 15_000 });
  await ready(1);
  return { messages, over, end: () => ending.abort(), ready, hears };
}

test('it places, reads, hears and cancels an order', async () => {
  const client = aClient();
  const { hears, end, over } = await watching(client);
  const placed = await client.placeOrder(order);
  await hears(...told);
  expect(await client.order(placed.id)).toMatchObject({ status: 1, shippingAddress: order.shippingAddress });
  expect((await client.orders({ status: 1, limit: 1 })).items.map(({ id }) => id)).toEqual([placed.id]);
  const { events, count } = await client.history(placed.id);
  expect(events).toHaveLength(count);
  expect(events.map(({ eventType }) => eventType)).toContain('order:created');
  expect(await client.cancelOrder(placed.id, 'changed my mind')).toMatchObject({ status: 5 });
  await hears(...told, 'order:status_changed', 'order:cancelled');
  end();
  await over;
});

test('an order whose answer got lost is placed once', async () => {
  const client = aClient();
  await client.orders();
  line.dropAnswers();
  const placing = client.placeOrder(order);
  await eventually(async () => {
    const { items } = await whole.admin.call<{ items: { userId: string }[] }>('GET', '/api/v1/orders?limit=5');
    expect(items.map(({ userId }) => userId)).toContain(person);
  });
  line.heal();
  const placed = await placing;
  expect((await client.orders()).items.map(({ id }) => id)).toEqual([placed.id]);
});

test('it comes back by itself when its connection is cut and when its token ends, and misses nothing', async () => {
  let asked = 0;
  const client = aClient({ token: async () => tokenFor(asked++ < 2 ? 3 : 600) });
  const { hears, ready, end, over } = await watching(client);
  const placing = aClient();
  line.reset();
  await placing.placeOrder(order);
  await ready(2);
  await hears(...told);
  await ready(3);
  expect(asked).toBe(3);
  await placing.placeOrder(order);
  await hears(...told, ...told);
  end();
  await over;
});

test('a loop that was left goes on where it was, also in another client with the same store', async () => {
  const cursors = inMemory();
  const first = aClient({ cursors });
  const messages: Message[] = [];
  const loop = async (client: Client, count: number, onReady = () => {}) => {
    for await (const message of client.watch({ onReady })) {
      messages.push(message);
      if (--count === 0) break;
    }
  };
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const one = loop(first, 1, resolve);
  await ready;
  await first.placeOrder(order);
  await one;
  await loop(aClient({ cursors }), 1);
  const again = await first.placeOrder(order);
  await loop(first, 2);
  expect(messages.map(({ event }) => event)).toEqual([...told, ...told]);
  expect(messages.at(-1)).toMatchObject({ order: { id: again.id, status: 1 } });
});

test('return() ends a watch that waits for a message', async () => {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const watch = aClient().watch({ onReady: resolve });
  const waiting = watch.next();
  await ready;
  expect(await watch.return?.()).toEqual({ done: true, value: undefined });
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(await watch.next()).toEqual({ done: true, value: undefined });
});

test('an aborted watch ends without an error, also one that was aborted before it began', async () => {
  for await (const message of aClient().watch({ signal: AbortSignal.abort() })) throw new Error(message.event);
});

test.each([
  ['nothing', () => undefined],
  ['an empty text', () => ''],
  ['a header', () => 'Bearer abc'],
])('a token() that gives %s ends watch and call with TokenError', async (_, token) => {
  const client = aClient({ token: token as () => string });
  const expected = { name: 'TokenError', code: 'token-missing' };
  await expect(client.watch().next()).rejects.toMatchObject(expected);
  await expect(client.placeOrder(order)).rejects.toMatchObject(expected);
});

test('a token that is refused twice ends the watch with TokenError, and a call with RefusedError', async () => {
  const client = aClient({ token: () => 'nonsense' });
  await expect(client.watch().next()).rejects.toMatchObject({ name: 'TokenError', code: 'token-invalid' });
  await expect(client.orders()).rejects.toMatchObject({ name: 'RefusedError', status: 401, code: 'token-invalid' });
});

test('a token() that fails for a while is asked again', async () => {
  let asked = 0;
  const token = async () => {
    if (asked++ < 2) throw new Error('the login service is away');
    return tokenFor(600);
  };
  const client = aClient({ token });
  expect((await client.orders()).items).toEqual([]);
  asked = 0;
  const { end, over } = await watching(client);
  end();
  await over;
});

test('a cursor that was never given out ends the watch with CursorError', async () => {
  const client = aClient({ cursors: { load: () => 'nonsense%', save: () => undefined } });
  await expect(client.watch().next()).rejects.toMatchObject({ name: 'CursorError', code: 'cursor-invalid' });
});

test('a failing cursor store ends the watch with its own error', async () => {
  const load = () => Promise.reject(new Error('no disk'));
  await expect(
    aClient({ cursors: { load, save: load } })
      .watch()
      .next(),
  ).rejects.toThrow('no disk');
});

test('an error of onReady ends the watch', async () => {
  const onReady = () => Promise.reject(new Error('not placed'));
  await expect(aClient().watch({ onReady }).next()).rejects.toThrow('not placed');
});

test.each([['polling'], ['websocket'], ['polling', 'websocket']])(
  'a standard client over %s %s comes back by itself through the gateway when its token ends, and misses nothing',
  async (...transports) => {
    let [asked, readies, cursor] = [0, 0, undefined as string | undefined];
    const events: string[] = [];
    const token = () => tokenFor(asked++ === 0 ? 3 : 600);
    const socket = io(whole.gateway, { transports, auth: (give) => give({ token: token(), cursor }) });
    socket.onAny((event: string, said: { cursor: string }) => {
      if (event === 'ready') readies++;
      else events.push(event);
      if (event !== 'ready' || cursor === undefined) cursor = said.cursor;
    });
    try {
      await eventually(() => expect(readies).toBe(1));
      await eventually(() => expect(socket.connected).toBe(false));
      await aClient().placeOrder(order);
      await eventually(() => expect(events).toEqual(told), { timeoutMs: 15_000 });
      expect(readies).toBe(2);
    } finally {
      socket.close();
    }
  },
);

test('what the service refuses is told with its code at once', async () => {
  const client = aClient();
  const unknown = { ...order, items: [{ productId: 'nothing', quantity: 1 }] };
  await expect(client.placeOrder(unknown)).rejects.toMatchObject({ status: 422, code: 'product-unknown' });
  const wrong = { ...order, items: [] };
  await expect(client.placeOrder(wrong)).rejects.toMatchObject({ status: 400, problem: { errors: expect.any(Array) } });
  expect(() => createClient({ url: 'nowhere', token: () => '' })).toThrow('Invalid URL');
});
