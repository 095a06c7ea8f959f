import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from '@jest/globals';
import { createAsker, type Question } from '../src/ask.ts';
import { startUpstream } from './world.ts';

const asker = createAsker();
afterEach(asker.stop);

const question = (url: string, more: Partial<Question> = {}): Question => ({
  url: new URL(url),
  path: '/x',
  method: 'GET',
  headers: {},
  body: undefined,
  answerWithinMs: 5_000,
  endWithinMs: 5_000,
  signal: new AbortController().signal,
  ...more,
});
const answerTo = async (asked: Question) => text((await asker.ask(asked)).message);
const down = expect.objectContaining({ code: 'upstream-down' });

test.each([
  ['a request', {}],
  ['an upgrade', { headers: { connection: 'Upgrade', upgrade: 'websocket' } }],
  ['a request with a body', { method: 'POST', body: Buffer.from('{}') }],
])('%s that a hung service never answers is given up, and its connection closed', async (_what, more) => {
  const { url, server } = await startUpstream(() => undefined);
  server.on('upgrade', (_req, socket) => socket.resume().once('end', () => socket.destroy()));
  const connected = once(server, 'connection');
  const late = expect.objectContaining({ code: 'upstream-late', retryAfterSeconds: 5 });
  await expect(asker.ask(question(url, { ...more, answerWithinMs: 50 }))).rejects.toThrow(late);
  const [socket] = await connected;
  if (!socket.destroyed) await once(socket, 'close');
});

test('an answer that stalls half-way fails, and is never taken for whole', async () => {
  const { url } = await startUpstream((_req, res) => void res.write('half'));
  await expect(answerTo(question(url, { endWithinMs: 50 }))).rejects.toThrow('not at its end after 50 ms');
});

test('a question that nobody waits for any more ends at the service, too', async () => {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const gone = new AbortController();
  const { url } = await startUpstream((_req, res) => {
    res.once('close', resolve);
    gone.abort();
  });
  await expect(asker.ask(question(url, { signal: gone.signal }))).rejects.toThrow(down);
  await ended;
});

test('a GET on a kept connection that the service has just closed is asked once more', async () => {
  const { url, seen } = await closesKeptConnections();
  expect(await answerTo(question(url))).toBe('GET');
  expect(await answerTo(question(url))).toBe('GET');
  expect(seen).toEqual(['first GET', 'later GET', 'first GET']);
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
  'a %s never rides a kept connection, and is asked once',
  async (method) => {
    const { url, seen } = await closesKeptConnections();
    await answerTo(question(url));
    expect(await answerTo(question(url, { method, body: Buffer.from('{}') }))).toBe(method);
    expect(seen).toEqual(['first GET', `first ${method}`]);
  },
);

test.each(['GET', 'POST'])('a %s that breaks a new connection is not asked again', async (method) => {
  let asked = 0;
  const { url } = await startUpstream((req) => {
    asked += 1;
    req.socket.destroy();
  });
  await expect(asker.ask(question(url, { method }))).rejects.toThrow(down);
  expect(asked).toBe(1);
});

test.each([
  ['nobody listens', undefined],
  ['the answer is no HTTP', 'hello\r\n\r\n'],
  ['the answer has a status that is none', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'],
  ['the answer changes the protocol unasked', 'HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['the answer has two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['the connection ends without an answer', ''],
])('when %s, the service is down', async (_what, bytes) => {
  const server = createServer((socket) => socket.once('data', () => socket.end(bytes ?? '')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  if (bytes === undefined) server.close();
  await expect(asker.ask(question(url))).rejects.toThrow(down);
  server.close();
});

/** Keeps a connection after an answer and, as at a restart, closes it when the next request is on its way. */
async function closesKeptConnections() {
  const seen: string[] = [];
  const used = new WeakSet<object>();
  const { url } = await startUpstream((req: IncomingMessage, res) => {
    seen.push(`${used.has(req.socket) ? 'later' : 'first'} ${req.method}`);
    if (used.has(req.socket)) req.socket.destroy();
    else res.end(req.method);
    used.add(req.socket);
  });
  return { url, seen };
}
