import { runMain } from '@order-events/runtime';
import { inventoryConfig } from './config.ts';
import { createInventory } from './service.ts';

runMain((env) => createInventory(inventoryConfig(env)));
