import { runMain } from '@order-events/runtime';
import { ordersConfig } from './config.ts';
import { createOrders } from './service.ts';

runMain((env) => createOrders(ordersConfig(env)));
