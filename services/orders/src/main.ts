import { runMain } from '@order-events/runtime';
import { service } from './service.ts';

runMain(service.create);
