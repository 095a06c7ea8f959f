import type { GatewayConfig } from './config.ts';

/** A path and all below it, and the service that answers there. */
export interface Route {
  readonly prefix: string;
  readonly upstream: Upstream;
  /** Requests that stay open for long: they have connections of their own, so that calls never wait for them. */
  readonly live: boolean;
}

export interface Upstream {
  readonly name: string;
  readonly url: URL;
}

/** What the world may reach, and who answers it. Nothing else passes: /internal, /metrics and health stay inside. */
export function publicRoutes(config: GatewayConfig): readonly Route[] {
  const notifications = { name: 'notifications', url: new URL(config.NOTIFICATIONS_SERVICE_URL) };
  const calls = (prefix: string, name: string, url: string) => ({
    prefix,
    upstream: { name, url: new URL(url) },
    live: false,
  });
  return [
    calls('/api/v1/orders', 'orders', config.ORDERS_SERVICE_URL),
    calls('/api/v1/products', 'inventory', config.PRODUCTS_SERVICE_URL),
    calls('/api/v1/payments', 'payments', config.PAYMENTS_SERVICE_URL),
    calls('/api/v1/customers', 'customers', config.CUSTOMERS_SERVICE_URL),
    calls('/api/v1/emails', 'email', config.EMAIL_SERVICE_URL),
    calls('/api/v1/dlq', 'audit', config.AUDIT_SERVICE_URL),
    { prefix: '/api/v1/notifications', upstream: notifications, live: false },
    { prefix: livePath, upstream: notifications, live: true },
  ];
}

export const livePath = '/socket.io';

/** The path and query of a request's target, also where a client names scheme and host (absolute form, RFC 9112, 3.2.2). */
export function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return path === target || path.startsWith('/') ? path : `/${path}`;
}

/** The route that a path equals or lies below. */
export function routeOf(routes: readonly Route[], path: string): Route | undefined {
  const [pathname = ''] = path.split('?', 1);
  return routes.find(({ prefix }) => pathname === prefix || pathname.startsWith(`${prefix}/`));
}
