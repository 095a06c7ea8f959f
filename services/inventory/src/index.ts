export { changeProduct } from './product.ts';
export { service } from './service.ts';
