import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import type { Express } from 'express';
import { sendRaw } from './send-raw.ts';
import { serve } from './serve.ts';

const head = (...lines: string[]) => ['Host: x', 'Connection: close', ...lines, '', ''].join('\r\n');
const upgrade = (first: string, protocol: string) =>
  `${first}\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: ${protocol}\r\n\r\n`;
const hello = (app: Express) => app.all(['/', '/sockets', '/other'], (_req, res) => void res.json('hello'));

/** A server that speaks WebSocket, as it says, below /sockets. */
async function withSockets() {
  const served = await serve(hello, { upgradePath: '/sockets' });
  served.http.server.on('upgrade', (_req, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
  return served.url;
}

test.each([
  ['GET /sockets/?EIO=4 HTTP/1.1', 'websocket'],
  ['GET /sockets/x HTTP/1.1', 'WebSocket'],
  ['GET http://x/sockets/ HTTP/1.1', 'WEBSOCKET '],
])('%s with Upgrade: %s is an upgrade', async (first, protocol) => {
  expect(await sendRaw(await withSockets(), upgrade(first, protocol))).toMatch(/^HTTP\/1.1 101 /);
});

test.each([
  ['GET /sockets/ HTTP/1.1', 'h2c'],
  ['GET /sockets/ HTTP/1.1', 'TLS/1.0'],
  ['GET /sockets/ HTTP/1.1', 'h2c, websocket'],
  ['GET /sockets/ HTTP/1.1', 'websocket/13'],
  ['POST /sockets/ HTTP/1.1', 'websocket'],
  ['GET /sockets/ HTTP/1.0', 'websocket'],
  ['GET /sockets HTTP/1.1', 'websocket'],
  ['GET /other HTTP/1.1', 'websocket'],
  ['GET /other?/sockets/ HTTP/1.1', 'websocket'],
])('%s with Upgrade: %s is served as any request', async (first, protocol) => {
  expect(await sendRaw(await withSockets(), upgrade(first, protocol))).toMatch(/^HTTP\/1.1 200 .*"hello"/s);
});

test('a body that comes with an offer to upgrade is read, and the connection serves on', async () => {
  const { url } = await serve((app) => app.post('/', (req, res) => void res.json(req.body)), {
    upgradePath: '/sockets',
  });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const request = (body: string, ...more: string[]) =>
    [
      'POST / HTTP/1.1',
      'Host: x',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      ...more,
      '',
      body,
    ].join('\r\n');
  socket.write(request('[1]', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'));
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 200 .*\[1\]$/s);
  socket.write(request('[2]'));
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 200 .*\[2\]$/s);
  socket.destroy();
});

test('an idle connection is kept longer than the 60 s of a balancer, whatever is said of headers', async () => {
  const { http } = await serve(hello);
  expect(http.server.keepAliveTimeout).toBeGreaterThan(60_000);
  expect(http.server.keepAliveTimeout).toBeLessThan(3 * 60_000);
  const { url } = await serve(hello, { headersTimeoutMs: 50, requestTimeoutMs: 100 });
  const idle = connect(Number(new URL(url).port), '127.0.0.1');
  const ask = async () => {
    idle.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    return String((await once(idle, 'data'))[0]);
  };
  expect(await ask()).toMatch(/^HTTP\/1.1 200 /);
  // By the time that this one has been cut, the time for headers has passed on the idle connection, too.
  expect(await sendRaw(url, 'GET / HTTP/1.1\r\nHost: x\r\n')).toMatch(/^HTTP\/1.1 408 /);
  expect(await ask()).toMatch(/^HTTP\/1.1 200 /);
  idle.destroy();
});

test('a target in absolute form is routed by its path', async () => {
  const { url } = await serve(hello);
  expect(await sendRaw(url, `GET http://elsewhere:1/other?x=1 HTTP/1.1\r\n${head()}`)).toMatch(/^HTTP\/1.1 200 /);
});

test('an expectation that nobody knows is passed over', async () => {
  const { url } = await serve(hello);
  expect(await sendRaw(url, `GET / HTTP/1.1\r\n${head('Expect: miracles')}`)).toMatch(
    /^HTTP\/1.1 200 .*X-Request-Id/is,
  );
});

test('the last of 3,000 headers is read like the first', async () => {
  const { url } = await serve((app) => app.get('/', (req, res) => void res.json(req.get('x-last') ?? 'lost')));
  const headers = [...Array<string>(3_000).fill('a:'), 'X-Last: kept'];
  expect(await sendRaw(url, `GET / HTTP/1.1\r\n${head(...headers)}`)).toMatch(/"kept"$/);
});

test('a request for a tunnel is refused in so many words', async () => {
  const { url } = await serve(hello);
  expect(await sendRaw(url, `CONNECT example.com:443 HTTP/1.1\r\n${head()}`)).toMatch(/^HTTP\/1.1 405 .*"status":405/s);
});

test('a public port has no operations', async () => {
  const { url } = await serve(() => undefined, { operations: false });
  for (const path of ['/livez', '/readyz', '/metrics']) expect((await fetch(url + path)).status).toBe(404);
});

test('a proxy’s request is told by the route and upstream that it says', async () => {
  const { url, lines, metrics } = await serve((app) =>
    app.use((_req, res) => {
      Object.assign(res.locals, { route: '/api/v1/orders', upstream: 'orders' });
      res.end();
    }),
  );
  await fetch(`${url}/api/v1/orders/o-1`);
  expect(lines().filter(({ message }) => message === 'request')).toMatchObject([
    { path: '/api/v1/orders/o-1', route: '/api/v1/orders', upstream: 'orders', status: '200' },
  ]);
  expect(await metrics.text()).toMatch(/request_duration_seconds_count\{.*route="\/api\/v1\/orders",status="200"\} 1/);
});
