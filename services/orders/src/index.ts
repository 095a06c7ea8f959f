export { type OrdersConfig, ordersConfig } from './config.ts';
export { createOrders, type OrdersOverrides } from './service.ts';
