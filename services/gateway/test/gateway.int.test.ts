import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, jest, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import { metricsOf, sendRaw, startGateway, startUpstream } from './world.ts';

afterEach(() => void jest.restoreAllMocks());

/** Answers with what it got: the body as it came. */
async function startEcho() {
  const seen: IncomingMessage[] = [];
  const { url } = await startUpstream((req, res) => {
    seen.push(req);
    req.pipe(res);
  });
  return { url, seen };
}

const forged = {
  'x-forwarded-for': '6.6.6.6',
  forwarded: 'for=6.6.6.6',
  'x-real-ip': '6.6.6.6',
  'x-client-ip': '6.6.6.6',
  'true-client-ip': '6.6.6.6',
  'cf-connecting-ip': '6.6.6.6',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '1',
  'x-original-url': '/internal',
  x_forwarded_for: '6.6.6.6',
  via: 'evil',
  'x-request-id': 'evil',
  'x-correlation-id': 'evil',
  traceparent: 'evil',
  tracestate: 'evil=4111111111111111',
  baggage: 'user=evil',
  'proxy-authorization': 'evil',
};

const heads: Record<string, string> = {
  'a request': 'POST /api/v1/orders HTTP/1.1',
  'an absolute target': 'POST http://evil.example/api/v1/orders HTTP/1.1',
  'a request that waits for 100 Continue': 'POST /api/v1/orders HTTP/1.1\r\nExpect: 100-continue',
  'a request with another expectation': 'POST /api/v1/orders HTTP/1.1\r\nExpect: evil',
  'an upgrade to h2c':
    'POST /api/v1/orders HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk',
  'an upgrade to a WebSocket elsewhere':
    'POST /api/v1/orders HTTP/1.1\r\nConnection: Upgrade, X-Forwarded-For\r\nUpgrade: websocket',
};

test.each(Object.keys(heads))('%s reaches its service without a word of the client about itself', async (what) => {
  const { url, seen } = await startEcho();
  const gateway = await startGateway({ orders: url });
  const claims = Object.entries(forged).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${heads[what]}\r\nHost: shop.example\r\n${claims.join('')}Content-Length: 7\r\n\r\n`;
  const answer = await sendRaw(gateway.url, `${head}{"a":1}`, /\{"a":1\}/);
  expect(answer).toMatch(/HTTP\/1.1 200 /);
  const { headers } = seen[0] as IncomingMessage;
  expect(headers).toEqual({
    host: 'shop.example',
    'content-length': '7',
    connection: 'close',
    'x-forwarded-for': '127.0.0.1',
    'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/),
  });
});

test.each([
  ['192.0.2.1:4711', '192.0.2.1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['6.6.6.6, 192.0.2.1', '192.0.2.1'],
  ['text', '127.0.0.1', 'x'.repeat(6_000)],
])(
  'behind a balancer that is trusted, %s in X-Forwarded-For gives %s',
  async (_what, address, forwardedFor = _what) => {
    const { url, seen } = await startEcho();
    const gateway = await startGateway({ orders: url }, { TRUST_PROXY: 'loopback' });
    await fetch(`${gateway.url}/api/v1/orders`, { headers: { 'x-forwarded-for': forwardedFor } });
    expect(seen[0]?.headers['x-forwarded-for']).toBe(address);
  },
);

test('the query, the method, the client’s own headers and the answer’s pass as they are', async () => {
  const { url } = await startUpstream((req, res) => {
    res.writeHead(299, 'Fine', { 'set-cookie': ['a=1', 'b=2'], link: '<x>; rel="next"', 'keep-alive': 'timeout=9' });
    res.end(`${req.method} ${req.url} ${req.headers['if-match']}`);
  });
  const gateway = await startGateway({ orders: `${url}/base/` });
  const response = await fetch(`${gateway.url}/api/v1/orders/../orders?x=%zz`, {
    method: 'DELETE',
    headers: { 'if-match': '"3"' },
  });
  expect(await response.text()).toBe('DELETE /base/api/v1/orders?x=%zz "3"');
  expect([response.status, response.statusText]).toEqual([299, 'Fine']);
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(response.headers.get('link')).toBe('<x>; rel="next"');
  expect(response.headers.get('keep-alive')).not.toContain('timeout=9');
});

test('what is not public is 404 and reaches nobody, operations among it', async () => {
  const { url, seen } = await startEcho();
  const gateway = await startGateway({ orders: url });
  for (const path of ['/internal/orders/1/payment-token', '/api/v1/nothing', '/metrics', '/readyz', '/livez']) {
    const response = await fetch(gateway.url + path);
    expect([path, response.status]).toEqual([path, 404]);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  }
  expect(seen).toEqual([]);
});

test('operations answer on a port of their own, and nothing else does there', async () => {
  const gateway = await startGateway({});
  const statusOf = async (path: string) => (await fetch(gateway.operationsUrl + path)).status;
  expect([await statusOf('/livez'), await statusOf('/readyz'), await statusOf('/metrics')]).toEqual([200, 200, 200]);
  expect(await statusOf('/api/v1/orders')).toBe(404);
});

test('a service that is down is a problem that says when to try again', async () => {
  const gateway = await startGateway({});
  const response = await fetch(`${gateway.url}/api/v1/products`);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await response.json()).toMatchObject({ code: 'upstream-down', status: 503 });
});

test('long polls hold up no call, and a full service refuses at once what others still get', async () => {
  const { url } = await startUpstream((req, res) => void (req.url?.includes('quick') && res.end('done')));
  const gateway = await startGateway({ orders: url, notifications: url }, { CALL_LIMIT: '3', LIVE_LIMIT: '5' });
  const gone = new AbortController();
  const open = (path: string) => fetch(gateway.url + path, { signal: gone.signal }).catch(() => undefined);
  for (let n = 0; n < 5; n += 1) void open('/socket.io/?transport=polling');
  for (let n = 0; n < 3; n += 1) void open('/api/v1/orders');
  await eventually(async () => {
    const metrics = await metricsOf(gateway);
    expect(metrics).toMatch(/upstream_in_use\{upstream="notifications",kind="live".*\} 5/);
    expect(metrics).toMatch(/upstream_in_use\{upstream="orders",kind="calls".*\} 3/);
  });
  for (const path of ['/socket.io/?transport=polling', '/api/v1/orders/quick']) {
    const response = await fetch(gateway.url + path);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({ code: 'upstream-full' });
  }
  expect(await (await fetch(`${gateway.url}/api/v1/notifications/quick`)).text()).toBe('done');
  const metrics = await metricsOf(gateway);
  expect(metrics).toMatch(/upstream_limit\{upstream="orders",kind="calls".*\} 3/);
  expect(metrics).toMatch(/upstream_refused_total\{upstream="orders",kind="calls".*\} 1/);
  gone.abort();
  await eventually(async () => expect(await metricsOf(gateway)).not.toMatch(/upstream_in_use\{.*\} [1-9]/));
});

test('300 polling clients leave the way free for calls to the same service', async () => {
  let polling = 0;
  const { url } = await startUpstream((req, res) => {
    if (req.url?.includes('polling')) polling += 1;
    else res.end('done');
  });
  const gateway = await startGateway({ notifications: url });
  const gone = new AbortController();
  for (let n = 0; n < 300; n += 1) {
    void fetch(`${gateway.url}/socket.io/?transport=polling`, { signal: gone.signal }).catch(() => undefined);
  }
  await eventually(() => expect(polling).toBe(300));
  expect(await (await fetch(`${gateway.url}/api/v1/notifications`)).text()).toBe('done');
  gone.abort();
});

test('requests that one client sends ahead on a connection take one place, and are answered in their order', async () => {
  const seen: string[] = [];
  const { promise: held, resolve: answerFirst } = Promise.withResolvers<void>();
  const { url } = await startUpstream(async (req, res) => {
    seen.push(String(req.url));
    if (seen.length === 1) await held;
    res.end(`<${req.url?.at(-1)}>`);
  });
  const gateway = await startGateway({ orders: url }, { CALL_LIMIT: '2' });
  const ahead = (n: number) => `GET /api/v1/orders/${n} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const answers = sendRaw(gateway.url, [1, 2, 3, 4].map(ahead).join(''), /<4>/);
  await eventually(() => expect(seen).toHaveLength(1));
  expect(await (await fetch(`${gateway.url}/api/v1/orders/9`)).text()).toBe('<9>');
  answerFirst();
  expect(await answers).toMatch(/<1>.*<2>.*<3>.*<4>/s);
});

test('what was sent ahead on a connection that closes is never begun', async () => {
  const seen: string[] = [];
  const { url } = await startUpstream((req) => void seen.push(String(req.url)));
  const gateway = await startGateway({ orders: url });
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  const ahead = 'GET /api/v1/orders/1 HTTP/1.1\r\nHost: x\r\n\r\n';
  socket.write(ahead + ahead);
  await eventually(() => expect(seen).toHaveLength(1));
  socket.destroy();
  await eventually(async () => expect(await metricsOf(gateway)).toMatch(/in_use\{upstream="orders".*\} 0/));
  expect(seen).toHaveLength(1);
});

test('bodies that trickle in cost the service no connection, and hold up nobody', async () => {
  const { url, seen } = await startEcho();
  const gateway = await startGateway({ orders: url }, { CALL_LIMIT: '2' });
  const slow = Array.from({ length: 20 }, () => connect(Number(new URL(gateway.url).port), '127.0.0.1'));
  const part = 'POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{';
  for (const socket of slow) socket.write(part);
  await Promise.all(slow.map((socket) => once(socket, 'connect')));
  const quick = await fetch(`${gateway.url}/api/v1/orders`, { method: 'POST', body: '[]' });
  expect(await quick.text()).toBe('[]');
  expect(seen).toHaveLength(1);
  slow[0]?.write('}');
  expect((await slow[0]?.toArray())?.join('')).toMatch(/^HTTP\/1.1 200 .*\{\}/s);
  for (const socket of slow) socket.destroy();
});

test.each([
  ['a length', 'Content-Length: 300000\r\n\r\n', 'x'.repeat(300_000)],
  ['chunks', 'Transfer-Encoding: chunked\r\n\r\n', `493e0\r\n${'x'.repeat(300_000)}\r\n0\r\n\r\n`],
])('a body with %s that no service would take is refused before one hears of it', async (_what, head, body) => {
  const { url, seen } = await startEcho();
  const gateway = await startGateway({ orders: url });
  const request = `POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${head}${body}`;
  expect(await sendRaw(gateway.url, request)).toMatch(/^HTTP\/1.1 413 .*body-too-large/s);
  expect(seen).toEqual([]);
});

test('a body that says it is too large is refused before it has come', async () => {
  const gateway = await startGateway({ orders: (await startEcho()).url });
  const head = 'POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n';
  expect(await sendRaw(gateway.url, head, /body-too-large/)).toMatch(/^HTTP\/1.1 413 /);
});

test('a connection whose body was refused serves the next request', async () => {
  const { url } = await startEcho();
  const gateway = await startGateway({ orders: url });
  const post = (body: string) =>
    `POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const answer = await sendRaw(gateway.url, post('x'.repeat(600_000)) + post('"second"'), /"second"/);
  expect(answer).toMatch(/^HTTP\/1.1 413 .*HTTP\/1.1 200 .*"second"/s);
});

test('a body in chunks arrives with its length', async () => {
  const { url, seen } = await startEcho();
  const gateway = await startGateway({ orders: url });
  const body = 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
  const answer = await sendRaw(gateway.url, `POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${body}`);
  expect(answer).toContain('abcde');
  expect(seen[0]?.headers).toMatchObject({ 'content-length': '5' });
});

test('an answer that breaks off at the service is cut for the client, never ended as if it were whole', async () => {
  const lines = captureLog();
  const { url } = await startUpstream((_req, res) => {
    res.write('half', () => res.destroy());
  });
  const gateway = await startGateway({ orders: url }, { LOG_LEVEL: 'info' });
  await expect(fetch(`${gateway.url}/api/v1/orders`).then((response) => response.text())).rejects.toThrow();
  await eventually(() => expect(lines('request')).toMatchObject([{ status: 'aborted', code: 'upstream-cut' }]));
});

test('a client that reads nothing of its answer keeps the service no longer than the reading takes', async () => {
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const { url } = await startUpstream((_req, res) => void res.end(Buffer.alloc(900_000, 'x')).once('close', resolve));
  const gateway = await startGateway({ orders: url });
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  socket.pause();
  socket.write('GET /api/v1/orders HTTP/1.1\r\nHost: x\r\n\r\n');
  await answered;
  await eventually(async () => expect(await metricsOf(gateway)).toMatch(/in_use\{upstream="orders".*\} 0/));
  socket.destroy();
});

test('one connection to a service serves many requests, also where a client asked for the head alone', async () => {
  let connections = 0;
  const { url, server } = await startUpstream((_req, res) => {
    res.setHeader('Content-Length', 5);
    res.end('hello');
  });
  server.on('connection', () => {
    connections += 1;
  });
  const gateway = await startGateway({ orders: url });
  for (const method of ['GET', 'HEAD', 'GET', 'GET']) {
    const response = await fetch(`${gateway.url}/api/v1/orders`, { method });
    expect([response.headers.get('content-length'), await response.text()]).toEqual([
      '5',
      method === 'GET' ? 'hello' : '',
    ]);
  }
  expect(connections).toBe(1);
});

test('a request is told by its route, its service and its outcome; a client that left as such', async () => {
  const lines = captureLog();
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  const { url } = await startUpstream((req, res) => (req.url?.includes('hangs') ? resolve() : void res.end()));
  const gateway = await startGateway({ orders: url }, { LOG_LEVEL: 'info' });
  await (await fetch(`${gateway.url}/api/v1/orders/0192?x=1`)).text();
  const gone = new AbortController();
  const asked = fetch(`${gateway.url}/api/v1/orders/hangs`, { signal: gone.signal }).catch(() => undefined);
  await arrived;
  gone.abort();
  await asked;
  await (await fetch(`${gateway.url}/api/v1/products`)).text();
  await eventually(() =>
    expect(lines('request').filter(({ route }) => route !== '/metrics')).toMatchObject([
      { path: '/api/v1/orders/0192', route: '/api/v1/orders', upstream: 'orders', status: '200' },
      { route: '/api/v1/orders', upstream: 'orders', status: 'aborted', code: 'client-gone' },
      { route: '/api/v1/products', upstream: 'inventory', status: '503', code: 'upstream-down' },
    ]),
  );
  expect(lines('request not served')).toMatchObject([{ route: '/api/v1/products', upstream: 'inventory' }]);
  expect(lines('request failed')).toEqual([]);
});

function captureLog(): (message: string) => Record<string, unknown>[] {
  const written = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
  return (message) => {
    const text = written.mock.calls.map(([chunk]) => String(chunk)).join('');
    const lines = text.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line)).filter((line) => line.message === message);
  };
}
