export { type GatewayConfig, gatewayConfig } from './config.ts';
export { createGateway } from './service.ts';
