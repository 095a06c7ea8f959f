import type { GatewayConfig } from './config.ts';

/** What the world may reach, and who answers it. Nothing else passes: /internal, /metrics and health stay inside. */
export function publicRoutes(config: GatewayConfig): Readonly<Record<string, string>> {
  return {
    '/api/v1/orders': config.ORDERS_SERVICE_URL,
    '/api/v1/products': config.PRODUCTS_SERVICE_URL,
    '/api/v1/payments': config.PAYMENTS_SERVICE_URL,
    '/api/v1/customers': config.CUSTOMERS_SERVICE_URL,
    '/api/v1/emails': config.EMAIL_SERVICE_URL,
    '/api/v1/notifications': config.NOTIFICATIONS_SERVICE_URL,
    '/api/v1/dlq': config.AUDIT_SERVICE_URL,
    '/socket.io': config.NOTIFICATIONS_SERVICE_URL,
  };
}

/** The upstream of a path: the route it equals or lies below. */
export function upstreamOf(routes: Readonly<Record<string, string>>, path: string): string | undefined {
  const [pathname = ''] = path.split('?');
  const prefix = Object.keys(routes).find((route) => pathname === route || pathname.startsWith(`${route}/`));
  return prefix && routes[prefix];
}
