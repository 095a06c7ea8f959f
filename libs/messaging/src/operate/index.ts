export { type Difference, differences, movingOf } from './compare.ts';
export { type Management, ManagementError, managementAt, vhostOf } from './management.ts';
export { readStanding, type Standing } from './standing.ts';
