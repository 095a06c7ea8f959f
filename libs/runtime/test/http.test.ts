import { expect, test } from '@jest/globals';
import express from 'express';
import { ServiceError } from '../src/errors.ts';
import { createHttpServer } from '../src/http-server.ts';
import { currentTrace } from '../src/trace.ts';
import { sendRaw } from './send-raw.ts';
import { serve } from './serve.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
const requestId = '0192f3a4-5b6c-7d8e-9f01-234567890abc';

test('a request keeps its id and trace through its handler, its body and its answer', async () => {
  const { url } = await serve((app) => {
    app.post('/', (req, res) => void res.json({ ...req.context, current: currentTrace()?.traceId, body: req.body }));
  });
  const response = await fetch(url, {
    method: 'POST',
    body: '{"a":1}',
    headers: {
      'content-type': 'application/json',
      traceparent,
      tracestate: 'v=1',
      'x-request-id': requestId,
      'user-agent': 'tests',
    },
  });
  expect(await response.json()).toMatchObject({
    requestId,
    traceId,
    tracestate: 'v=1',
    current: traceId,
    body: { a: 1 },
    ip: '127.0.0.1',
    userAgent: 'tests',
  });
  expect(response.headers.get('x-request-id')).toBe(requestId);
  expect(response.headers.get('traceparent')).toMatch(new RegExp(`^00-${traceId}-(?!00f067aa0ba902b7)`));
});

test.each(['4111111111111111', 'anna@example.com', `${requestId}x`, ''])(
  '%j is no request id and is replaced',
  async (given) => {
    const { url } = await serve(() => undefined);
    const response = await fetch(url, { headers: { 'x-request-id': given } });
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  },
);

test('an answer says nothing of what made it and is neither cached nor guessed at', async () => {
  const { url } = await serve((app) => app.get('/', (_req, res) => void res.json({ a: 1 })));
  const { headers } = await fetch(url);
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "frame-ancestors 'none'",
  });
  expect(headers.has('x-powered-by')).toBe(false);
  expect(headers.has('etag')).toBe(false);
});

test('an error is a problem document with code, faults and trace', async () => {
  const { url } = await serve((app) => {
    app.get('/', () => {
      throw new ServiceError('unprocessable', 'product-unknown', 'there is no product p-1', {
        problems: [{ pointer: '/items/0/productId', message: 'is not known' }],
        extra: { known: ['p-2'], status: 200, type: 'x' },
      });
    });
  });
  const response = await fetch(url, { headers: { traceparent, 'x-request-id': requestId } });
  expect(response.status).toBe(422);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toEqual({
    type: 'urn:order-events:problem:product-unknown',
    title: 'Unprocessable Entity',
    status: 422,
    detail: 'there is no product p-1',
    code: 'product-unknown',
    errors: [{ pointer: '/items/0/productId', message: 'is not known' }],
    traceId,
    instance: `urn:uuid:${requestId}`,
    known: ['p-2'],
  });
});

test('a bug, thrown or rejected, tells nothing outside and everything to the log', async () => {
  const { url, lines } = await serve((app) => {
    app.get('/thrown', () => {
      throw new TypeError('secret place /srv/app for anna@example.com');
    });
    app.get('/rejected', async () => Promise.reject(null));
  });
  for (const path of ['/thrown', '/rejected']) {
    const response = await fetch(url + path);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'internal-error', status: 500 });
    expect(text).not.toMatch(/srv|anna|TypeError|stack/);
  }
  const failures = lines().filter(({ message }) => message === 'request failed');
  expect(failures).toHaveLength(2);
  expect(failures[0]).toMatchObject({
    level: 'error',
    route: '/thrown',
    traceId: expect.any(String),
    requestId: expect.any(String),
    error: {
      name: 'TypeError',
      message: 'secret place /srv/app for (e-mail)',
      stack: expect.stringContaining('http.test'),
    },
  });
});

test('what is unavailable is 503 with Retry-After; what a store says of itself stays inside', async () => {
  const { url, lines } = await serve((app) => {
    app.get('/store', () => {
      throw Object.assign(new Error('mongodb://db-1.internal:27017 refused'), { kind: 'unavailable' });
    });
    app.get('/audit', () => {
      throw new ServiceError('unavailable', 'audit-down', 'audit is not available at the moment', {
        retryAfterSeconds: 2.2,
      });
    });
  });
  const store = await fetch(`${url}/store`);
  expect([store.status, store.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await store.text()).not.toContain('internal');
  const audit = await fetch(`${url}/audit?token=x`);
  expect([audit.status, audit.headers.get('retry-after')]).toEqual([503, '3']);
  expect(lines().filter(({ level }) => level === 'warn')).toMatchObject([
    { message: 'request not served', error: { message: 'mongodb://db-1.internal:27017 refused' } },
    { message: 'request not served', path: '/audit', code: 'audit-down' },
  ]);
});

test('a problem repeats no personal data', async () => {
  const { url } = await serve((app) => {
    app.get('/', () => {
      throw new ServiceError('invalid', 'body-invalid', 'anna@example.com is no token', {
        problems: [{ pointer: '/paymentToken', message: 'looks like a card: 4111111111111111' }],
        extra: { password: 'p' },
      });
    });
  });
  expect(await (await fetch(url)).json()).toMatchObject({
    detail: '(e-mail) is no token',
    errors: [{ message: 'looks like a card: (card)' }],
    password: '(masked)',
  });
});

test('an answer that breaks half-way is cut, never ended as if it were whole', async () => {
  const { url } = await serve((app) => {
    app.get('/', (_req, res) => {
      res.write('{"items":[');
      throw new Error('lost');
    });
  });
  await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
});

test('an unknown path is 404, a known one under another method 405 with Allow, also in a mounted router', async () => {
  const router = express.Router();
  router.get('/:id', (_req, res) => void res.json('one'));
  router.patch('/:id', (_req, res) => void res.json('changed'));
  const { url } = await serve((app) => app.use('/api/v1/orders', router));
  const refused = await fetch(`${url}/api/v1/orders/o-1`, { method: 'DELETE' });
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, PATCH']);
  expect(await refused.json()).toMatchObject({ code: 'method-not-allowed' });
  for (const path of ['/', '/api/v1/orders', '/api/v1/orders/o-1/x', '/API/V1/orders/o-1', '/__proto__', '/%2e%2e/']) {
    const unknown = await fetch(url + path, { method: 'PUT' });
    expect([path, unknown.status]).toEqual([path, 404]);
    expect(unknown.headers.get('content-type')).toBe('application/problem+json');
  }
});

test('a path that can’t be decoded is 400', async () => {
  const { url } = await serve((app) => app.get('/orders/:id', (_req, res) => void res.end()));
  expect(await sendRaw(url, 'GET /orders/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1.1 400 .*request-malformed/s,
  );
});

test('every request leaves one line and one measurement, by the route’s template', async () => {
  const { url, lines, metrics } = await serve((app) => app.get('/orders/:id', (_req, res) => void res.json({})));
  await fetch(`${url}/orders/o-1?token=abc`);
  await fetch(`${url}/orders/anna@example.com`);
  await fetch(`${url}/nowhere`);
  const requests = lines().filter(({ message }) => message === 'request');
  expect(requests).toMatchObject([
    {
      level: 'info',
      method: 'GET',
      path: '/orders/o-1',
      route: '/orders/:id',
      status: '200',
      requestId: expect.any(String),
    },
    { path: '/orders/(e-mail)', route: '/orders/:id' },
    { path: '/nowhere', route: 'unmatched', status: '404', code: 'no-such-route' },
  ]);
  const text = await metrics.text();
  expect(text).toMatch(/request_duration_seconds_count\{.*route="\/orders\/:id",status="200"\} 2/);
  expect(text).not.toContain('o-1');
});

test('a request whose client has gone is measured as aborted', async () => {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { url, lines } = await serve((app) => {
    app.get('/', (_req, res) => {
      res.once('close', end);
      arrive();
    });
  });
  const gone = new AbortController();
  const asked = expect(fetch(url, { signal: gone.signal })).rejects.toThrow('aborted');
  await arrived;
  gone.abort();
  await Promise.all([asked, ended]);
  expect(lines().at(-1)).toMatchObject({ message: 'request', status: 'aborted', code: 'client-gone' });
});

test('a live service answers /livez whatever its checks say; /readyz says them', async () => {
  const { url, health } = await serve(() => undefined);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  health.add('store', () => ({ ok: false, detail: 'gone' }));
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({ status: 'not-ready', checks: { store: { ok: false, detail: 'gone' } } });
});

test('metrics are there for Prometheus', async () => {
  const { url } = await serve(() => undefined);
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await response.text()).toContain('process_cpu_seconds_total');
});

test.each([
  ['nobody is trusted', undefined, '127.0.0.1'],
  ['the proxy is trusted', 'loopback', '203.0.113.9'],
  ['another proxy is trusted', '10.0.0.0/8', '127.0.0.1'],
  ['the proxy writes ports', 'loopback', '203.0.113.9', '198.51.100.7:1, 203.0.113.9:4711'],
  ['the proxy writes IPv6 and ports', 'loopback', '2001:db8::9', '198.51.100.7, [2001:DB8::9]:443'],
  ['two proxies are trusted', 'loopback,10.0.0.0/8', '203.0.113.9', '198.51.100.7, 203.0.113.9:80, 10.1.2.3:81'],
  ['the client sent text', 'loopback', '127.0.0.1', 'x'.repeat(6_000)],
])('X-Forwarded-For when %s', async (_what, trustProxy, ip, given = '198.51.100.7, 203.0.113.9') => {
  const { url } = await serve((app) => app.get('/', (req, res) => void res.json(req.context.ip)), { trustProxy });
  const response = await fetch(url, { headers: { 'x-forwarded-for': given } });
  expect(await response.json()).toBe(ip);
});

test('an IPv4 address over IPv6 is written as what it is', async () => {
  const { url } = await serve((app) => app.get('/', (req, res) => void res.json(req.context.ip)), { host: '::' });
  expect(await (await fetch(url)).json()).toBe('127.0.0.1');
});

test('requests beyond the limit get 429 and when to come back; spoofed addresses don’t help', async () => {
  const { url } = await serve((app) => app.get('/', (_req, res) => void res.json(1)), {
    rateLimit: { limit: 2, windowSeconds: 60 },
  });
  const ask = (n: number) => fetch(url, { headers: { 'x-forwarded-for': `203.0.113.${n}` } });
  const [first, second, third] = [await ask(1), await ask(2), await ask(3)];
  expect([first.status, second.status, third.status]).toEqual([200, 200, 429]);
  expect(second.headers.get('ratelimit')).toMatch(/^"address"; r=0; t=\d+$/);
  expect(second.headers.get('ratelimit-policy')).toMatch(/^"address"; q=2; w=60/);
  expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await third.json()).toMatchObject({ code: 'rate-limited', status: 429 });
  expect((await fetch(`${url}/livez`)).status).toBe(200);
});

test('a proxy’s routes get the body unread', async () => {
  const { url } = await serve(
    (app) => {
      app.post('/', async (req, res) => {
        const chunks = await req.toArray();
        res.json({ body: req.body ?? null, read: Buffer.concat(chunks).toString() });
      });
    },
    { bodyLimit: 'unread' },
  );
  const response = await fetch(url, { method: 'POST', body: 'a=1', headers: { 'content-type': 'text/plain' } });
  expect(await response.json()).toEqual({ body: null, read: 'a=1' });
});

test('a taken port rejects the start with what the system said', async () => {
  const { http } = await serve(() => undefined);
  const port = Number(new URL(http.url).port);
  const second = createHttpServer(() => undefined);
  await expect(second.listen(port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE', port });
});
