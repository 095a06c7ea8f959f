import { expect, test } from '@jest/globals';
import { loadConfig } from '@order-events/runtime';
import { gatewaySettings } from '../src/config.ts';
import { pathOf, publicRoutes, routeOf } from '../src/routes.ts';

const routes = publicRoutes(loadConfig(gatewaySettings, {}));

test.each([
  ['/api/v1/orders', 'orders'],
  ['/api/v1/orders?limit=2', 'orders'],
  ['/api/v1/orders/1/events?limit=2', 'orders'],
  ['/socket.io/?EIO=4', 'notifications'],
  ['http://example.com/api/v1/products/pen', 'inventory'],
  ['HTTPS://example.com:8443/api/v1/dlq?a=http://x/', 'audit'],
  ['http://[::1]:80/api/v1/emails', 'email'],
])('%s goes to %s', (target, upstream) => {
  expect(routeOf(routes, pathOf(target))?.upstream.name).toBe(upstream);
});

test.each([
  '/internal/orders/1',
  '/api/v1/ordersx',
  '/metrics',
  '/',
  '/readyz',
  '//api/v1/orders',
  '*',
  'example.com:443',
  'http://example.com',
  'http://example.com/internal/api/v1/orders',
  'http://example.com?/api/v1/orders',
  'ftp://example.com/api/v1/orders',
  '/http://example.com/api/v1/orders',
])('%s goes nowhere', (target) => {
  expect(routeOf(routes, pathOf(target))).toBeUndefined();
});

test('a target keeps its path as it was written: nothing is decoded, resolved or normalised', () => {
  for (const path of ['/api/v1/orders/%2e%2e/x', '/api/v1/orders/../x', '/a//b?q=%zz#f']) {
    expect(pathOf(path)).toBe(path);
    expect(pathOf(`http://example.com${path}`)).toBe(path);
  }
  expect(pathOf('http://example.com?x=1')).toBe('/?x=1');
});
