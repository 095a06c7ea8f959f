export { requestedCancellation } from './cancellation.ts';
export { cancel } from './order.ts';
export { moveOn } from './saga.ts';
export { service } from './service.ts';
