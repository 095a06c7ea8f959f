export { type GatewayConfig, gatewayConfig } from './config.ts';
export { createGateway, type Gateway } from './service.ts';
