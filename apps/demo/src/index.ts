export { createCustomer, type DemoCustomer, shippingAddress } from './customer.ts';
export { fillDemo, people, runDemo } from './demo.ts';
export { tellRunning } from './running.ts';
export { newSecrets, type Secrets } from './secrets.ts';
export { personToken } from './token.ts';
