export { type PaymentsConfig, paymentsConfig, paymentsSettings } from './config.ts';
export { createPayments } from './service.ts';
