import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createGateway, gatewayConfig } from '../src/index.ts';

let upstream: Server;
let seen: IncomingMessage[] = [];
let gateway: ReturnType<typeof createGateway>;

beforeAll(async () => {
  upstream = createServer((req, res) => {
    seen.push(req);
    req.pipe(res);
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  gateway = createGateway(
    gatewayConfig({
      PORT: '0',
      LOG_LEVEL: 'error',
      ORDERS_SERVICE_URL: url,
      PRODUCTS_SERVICE_URL: 'http://127.0.0.1:1',
    }),
  );
  await gateway.start();
});

afterAll(async () => {
  await gateway.stop();
  upstream.close();
  upstream.closeAllConnections();
});

test('a request and its body pass through, with an id, a trace and the real address', async () => {
  seen = [];
  const response = await fetch(`${gateway.url}/api/v1/orders?x=1`, {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': '6.6.6.6' },
  });
  expect(await response.text()).toBe('{"a":1}');
  expect(seen[0]?.url).toBe('/api/v1/orders?x=1');
  expect(seen[0]?.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(seen[0]?.headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  expect(seen[0]?.headers['x-forwarded-for']).not.toContain('6.6.6.6');
});

test('what is not public is 404 and reaches nobody', async () => {
  seen = [];
  for (const path of ['/internal/orders/1/payment-token', '/api/v1/nothing']) {
    const response = await fetch(gateway.url + path);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  }
  expect(seen).toEqual([]);
});

test('a service that is down is a problem that says when to try again', async () => {
  const response = await fetch(`${gateway.url}/api/v1/products`);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('2');
  expect(await response.json()).toMatchObject({ code: 'upstream-down', status: 503 });
});
