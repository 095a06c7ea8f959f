import { runMain } from '@order-events/runtime';
import { paymentsConfig } from './config.ts';
import { createPayments } from './service.ts';

runMain((env) => createPayments(paymentsConfig(env)));
