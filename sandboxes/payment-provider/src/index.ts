export { type SandboxConfig, sandboxConfig, sandboxSettings } from './config.ts';
export { currencies } from './currencies.ts';
export { createProviderSandbox } from './sandbox.ts';
