import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAuth, createLogger, createMetrics, type Metrics } from '@order-events/runtime';
import { eventually, personToken, TEST_ISSUER, TEST_SECRET } from '@order-events/testing';
import { io, type Socket } from 'socket.io-client';
import type { FeedEntry, Feeds } from '../src/feed.ts';
import { createLiveSockets } from '../src/live-sockets.ts';

type Transports = ('polling' | 'websocket')[];
const ways: [name: string, transports: Transports][] = [
  ['polling', ['polling']],
  ['WebSocket', ['websocket']],
  ['polling, upgraded to WebSocket', ['polling', 'websocket']],
];

let feeds: Feeds;
let place: Place;
const clients: Socket[] = [];
let trouble: Error | undefined;
let aheadMs = 0;

beforeEach(async () => {
  trouble = undefined;
  aheadMs = 0;
  feeds = feedOfAda();
  place = await open();
});
afterEach(async () => {
  for (const socket of clients.splice(0)) socket.close();
  await place.close();
});

/** The feed of ada, as a list; all others are empty. */
function feedOfAda(): Feeds {
  const entries: FeedEntry[] = [];
  const of = (feed: string) => (feed === 'user:ada' ? entries : []);
  return {
    async append(feed, eventId, message) {
      const position = entries.length + 1;
      entries.push({ ...message, feed, position, eventId, keptAt: '' });
      return position;
    },
    readAfter: async (feed, position, limit) => of(feed).slice(position, position + limit),
    end: async (feed) => of(feed).length,
    oldest: async (feed) => Math.min(1, of(feed).length),
    forgetBefore: async () => undefined,
  };
}

interface Place {
  readonly port: number;
  readonly metrics: Metrics;
  close(): Promise<void>;
}

/** The sockets of one instance on a server of their own. */
async function open(chosen: { port?: number; perUser?: number; perAddress?: number; origins?: string } = {}) {
  const { port = 0, perUser = 10, perAddress = 100, origins = '*' } = chosen;
  const server = createServer();
  const tcp = new Set<TcpSocket>();
  server.on('connection', (socket) => tcp.add(socket));
  const metrics = createMetrics('notifications');
  const ready = <T>(work: () => Promise<T>): Promise<T> => (trouble ? Promise.reject(trouble) : work());
  const sockets = createLiveSockets({
    server,
    auth: createAuth({ secret: TEST_SECRET, issuer: TEST_ISSUER, service: 'notifications' }),
    feeds: { ...feeds, readAfter: (...asked) => ready(() => feeds.readAfter(...asked)) },
    ping: () => ready(async () => undefined),
    addressOf: (req) => req.socket.remoteAddress,
    log: createLogger({ service: 'notifications', level: 'error' }),
    metrics,
    config: { ALLOWED_ORIGINS: origins, SOCKETS_PER_USER: perUser, SOCKETS_PER_ADDRESS: perAddress },
    clock: () => new Date(Date.now() + aheadMs),
    readAnywayMs: 100,
    slowAfterMs: 500,
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async () => {
    sockets.stop();
    const closed = once(server, 'close');
    server.close();
    for (const socket of tcp) socket.destroySoon();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, metrics, close };
}

/** The client of the README: `auth` is a function that returns the present token and the last cursor; nothing reconnects by hand. */
function connect(transports: Transports, token: () => string = () => personToken('ada')) {
  const received: number[] = [];
  const errors: string[] = [];
  let cursor: string | undefined;
  let readies = 0;
  const socket = io(`http://127.0.0.1:${place.port}`, { transports, auth: (give) => give({ token: token(), cursor }) });
  clients.push(socket);
  socket.on('ready', (payload: { cursor: string }) => {
    cursor ??= payload.cursor;
    readies++;
  });
  socket.on('note', (payload: { n: number; cursor: string }) => {
    received.push(payload.n);
    cursor = payload.cursor;
  });
  socket.on('connect_error', ({ message }) => void errors.push(message));
  const ready = (times = 1) => eventually(() => expect(readies).toBe(times));
  return { socket, received, errors, ready };
}

let notes = 0;
beforeEach(() => {
  notes = 0;
});
async function note(text = ''): Promise<void> {
  const n = ++notes;
  await feeds.append('user:ada', `event-${n}`, { event: 'note', payload: { n, message: text, timestamp: '' } });
}
async function counted(name: string, reason: string): Promise<number | undefined> {
  const { values } = (await place.metrics.registry.getSingleMetric(`order_events_${name}`)?.get()) ?? { values: [] };
  return values.find(({ labels }) => labels.reason === reason)?.value;
}
const upTo = (end: number) => Array.from({ length: end }, (_, at) => at + 1);

describe.each(ways)('a standard client over %s', (_, transports) => {
  test('reconnects by itself when its token expires, with a new one and its cursor', async () => {
    let lifetimes = 0;
    const expiresInSeconds = () => (lifetimes++ === 0 ? 2 : 600);
    const client = connect(transports, () => personToken('ada', 'user', { expiresInSeconds: expiresInSeconds() }));
    await client.ready();
    await note();
    await eventually(() => expect(client.socket.connected).toBe(false));
    await note();
    await client.ready(2);
    await note();
    await eventually(() => expect(client.received).toEqual([1, 2, 3]));
  });

  test('reconnects by itself after a restart, and has missed nothing', async () => {
    const client = connect(transports);
    await client.ready();
    await note();
    await eventually(() => expect(client.received).toEqual([1]));
    const { port } = place;
    await place.close();
    await eventually(() => expect(client.socket.connected).toBe(false));
    await note();
    place = await open({ port });
    await client.ready(2);
    await eventually(() => expect(client.received).toEqual([1, 2]));
  });

  test('reconnects by itself when the store is back, and is refused before a session until then', async () => {
    const client = connect(transports);
    await client.ready();
    trouble = new Error('the store is away');
    await note();
    await eventually(() => expect(client.socket.connected).toBe(false));
    await eventually(() => expect(client.errors).not.toEqual([]));
    expect(client.errors.join()).not.toMatch(/[Aa]uthentication|cursor/);
    expect(client.socket.active).toBe(true);
    trouble = undefined;
    await client.ready(2);
    await eventually(() => expect(client.received).toEqual([1]));
  });

  test.each([
    ['Authentication error: No token provided', { token: '' }],
    ['Authentication error: Invalid token', { token: 'nonsense' }],
    ['Authentication error: Invalid token', { token: personToken('ada', 'user', { expiresInSeconds: -60 }) }],
    ['Invalid cursor', { token: personToken('ada'), cursor: '%%%' }],
    ['Invalid cursor', { token: personToken('ada'), cursor: 7 }],
  ])('is ended by an error that no retry mends: %s', async (expected, auth) => {
    const socket = io(`http://127.0.0.1:${place.port}`, { transports, auth });
    clients.push(socket);
    const { message } = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
    expect(message).toBe(expected);
    expect(socket.active).toBe(false);
  });
});

test('a client that reads slowly is disconnected, reconnects by itself and gets every message once', async () => {
  const client = connect(['websocket']);
  await client.ready();
  const { ws } = client.socket.io.engine.transport as unknown as { ws: { _socket: TcpSocket } };
  ws._socket.pause();
  const text = 'x'.repeat(16_000);
  for (let count = 0; count < 2_500; count++) await note(text);
  await eventually(async () => expect(await counted('sockets_closed_total', 'reads-slowly')).toBe(1));
  ws._socket.resume();
  await client.ready(2);
  await eventually(() => expect(client.received).toEqual(upTo(2_500)));
});

test('no cursor and a cursor of null are the same', async () => {
  await note();
  for (const auth of [{ token: personToken('ada') }, { token: personToken('ada'), cursor: null }]) {
    const socket = io(`http://127.0.0.1:${place.port}`, { auth });
    clients.push(socket);
    await new Promise((resolve) => socket.once('ready', resolve));
  }
});

test('a token that ends in a very long time keeps its connection', async () => {
  const client = connect(['websocket'], () => personToken('ada', 'user', { expiresInSeconds: 9_999_999_999_999 }));
  await client.ready();
  await note();
  await eventually(() => expect(client.received).toEqual([1]));
  await note();
  await eventually(() => expect(client.received).toEqual([1, 2]));
  expect(client.socket.connected).toBe(true);
});

test('a token that ended while the machine slept, or by a clock that was set, ends its connection', async () => {
  const client = connect(['websocket']);
  await client.ready();
  aheadMs = 601_000;
  await eventually(() => expect(client.socket.connected).toBe(false));
  aheadMs = 0;
  await eventually(() => expect(client.socket.connected).toBe(true));
});

test('after a lost hint, messages come without a reconnect', async () => {
  const client = connect(['websocket']);
  await client.ready();
  await note();
  await eventually(() => expect(client.received).toEqual([1]));
});

test('a client refused for too many connections of its user gets in when one has left', async () => {
  await place.close();
  place = await open({ perUser: 2 });
  const [first, second] = [connect(['websocket']), connect(['polling'])];
  await Promise.all([first.ready(), second.ready()]);
  const third = connect(['websocket']);
  await eventually(() => expect(third.socket.io.engine.id).toBeDefined());
  first.socket.close();
  await third.ready();
  expect(third.errors).toEqual([]);
});

test('a client refused for too many connections of its address gets in when one has left', async () => {
  await place.close();
  place = await open({ perAddress: 1 });
  const first = connect(['polling']);
  await first.ready();
  const second = connect(['polling'], () => personToken('bea'));
  await eventually(() => expect(second.errors).not.toEqual([]));
  first.socket.close();
  await second.ready();
});

test('a browser of another origin opens no session, by no transport', async () => {
  await place.close();
  place = await open({ origins: 'https://shop.example, https://other.example' });
  const asked = (transport: string, origin: string) =>
    fetch(`http://127.0.0.1:${place.port}/socket.io/?EIO=4&transport=${transport}`, { headers: { origin } });
  expect((await asked('polling', 'https://shop.example')).status).toBe(200);
  expect((await asked('polling', 'https://other.example')).status).toBe(200);
  const refused = await asked('polling', 'https://evil.example');
  expect([refused.status, await refused.json()]).toEqual([403, { code: 4, message: 'this origin is not allowed' }]);
  const socket = io(`http://127.0.0.1:${place.port}`, {
    transports: ['websocket'],
    auth: { token: personToken('ada') },
    extraHeaders: { origin: 'https://evil.example' },
  });
  clients.push(socket);
  await new Promise((resolve) => socket.once('connect_error', resolve));
  expect(socket.active).toBe(true);
  expect(await counted('sockets_refused_total', 'origin')).toBeGreaterThanOrEqual(2);
});
