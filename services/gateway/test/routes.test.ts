import { expect, test } from '@jest/globals';
import { upstreamOf } from '../src/routes.ts';

const routes = { '/api/v1/orders': 'http://orders', '/socket.io': 'http://notifications' };

test('a path goes to the service that owns its prefix', () => {
  expect(upstreamOf(routes, '/api/v1/orders')).toBe('http://orders');
  expect(upstreamOf(routes, '/api/v1/orders/1/events?limit=2')).toBe('http://orders');
  expect(upstreamOf(routes, '/socket.io/?EIO=4')).toBe('http://notifications');
});

test.each(['/internal/orders/1', '/api/v1/ordersx', '/metrics', '/', '/readyz', '//api/v1/orders'])(
  '%s goes nowhere',
  (path) => {
    expect(upstreamOf(routes, path)).toBeUndefined();
  },
);
