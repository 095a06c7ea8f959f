export { type InventoryConfig, inventoryConfig } from './config.ts';
export { createInventory } from './service.ts';
