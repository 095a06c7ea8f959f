export { currencies } from './currencies.ts';
export { service } from './service.ts';
