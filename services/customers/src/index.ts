export { type CustomersConfig, customersConfig } from './config.ts';
export { createCustomers } from './service.ts';
