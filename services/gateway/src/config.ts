import { type Config, httpSettings, setting } from '@order-events/runtime';

const upstream = (name: string, port: number) =>
  setting.httpUrl({ desc: `where ${name} answers`, default: `http://127.0.0.1:${port}` });

/** The gateway checks no tokens: each service does, so it needs no secret. */
export const gatewaySettings = {
  ...httpSettings({ port: 3000 }),
  OPERATIONS_PORT: setting.optional(
    setting.port({ desc: 'port of /livez, /readyz and /metrics; unset: 3100, or any free one where PORT is 0' }),
  ),
  CALL_LIMIT: setting.integer({ min: 1 })({ desc: 'calls that one service is asked at once', default: 256 }),
  LIVE_LIMIT: setting.integer({ min: 1 })({ desc: 'WebSockets and long polls open at once', default: 10_000 }),
  ORDERS_SERVICE_URL: upstream('orders', 3001),
  PRODUCTS_SERVICE_URL: upstream('inventory', 3002),
  PAYMENTS_SERVICE_URL: upstream('payments', 3003),
  CUSTOMERS_SERVICE_URL: upstream('customers', 3005),
  EMAIL_SERVICE_URL: upstream('email', 3006),
  NOTIFICATIONS_SERVICE_URL: upstream('notifications', 3007),
  AUDIT_SERVICE_URL: upstream('audit', 3008),
};

export type GatewayConfig = Config<typeof gatewaySettings>;
