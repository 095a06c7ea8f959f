import { runMain } from '@order-events/runtime';
import { gatewayConfig } from './config.ts';
import { createGateway } from './service.ts';

runMain((env) => createGateway(gatewayConfig(env)));
