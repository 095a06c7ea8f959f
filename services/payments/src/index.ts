export { type PaymentsConfig, paymentsConfig, paymentsSettings } from './config.ts';
export { type SandboxConfig, sandboxConfig, sandboxSettings } from './sandbox/config.ts';
export { createProviderSandbox } from './sandbox/sandbox.ts';
export { createPayments } from './service.ts';
