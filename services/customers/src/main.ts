import { runMain } from '@order-events/runtime';
import { customersConfig } from './config.ts';
import { createCustomers } from './service.ts';

runMain((env) => createCustomers(customersConfig(env)));
