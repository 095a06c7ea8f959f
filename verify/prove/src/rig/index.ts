export { holdStore } from './hold-store.ts';
export { type FaultyProxy, startProxy } from './proxy.ts';
export { type ProcessSystem, startProcesses } from './system.ts';
