import { services } from '@order-events/contracts/services';
import { commonSettings, type Env, loadConfig } from '@order-events/runtime';

export const inventorySettings = commonSettings(services.inventory);

/** Reads inventory's settings; throws ConfigError with every fault at once. */
export function inventoryConfig(env: Env) {
  return loadConfig(inventorySettings, env);
}
export type InventoryConfig = ReturnType<typeof inventoryConfig>;
