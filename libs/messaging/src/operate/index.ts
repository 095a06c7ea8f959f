export { type Difference, differences, gapOf, movingOf } from '../standing/compare.ts';
export { type Management, ManagementError, managementAt, vhostOf } from '../standing/management.ts';
export { readStanding, type Standing } from '../standing/standing.ts';
export { type ApplyOptions, applyTopology } from './apply.ts';
export { OperationRefusedError } from './operation.ts';
export { type KeptEvent, type Recovered, type RecoverOptions, recoverQueue } from './recover.ts';
export { MONITOR, type Rights, serviceRights } from './rights.ts';
export { applyUsers, brokerUsers, definitions, type UsersOptions } from './users.ts';
