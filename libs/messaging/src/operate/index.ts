export { type ApplyOptions, applyTopology } from './apply.ts';
export { type Difference, differences, gapOf, movingOf } from './compare.ts';
export { type Management, ManagementError, managementAt, vhostOf } from './management.ts';
export { OperationRefusedError } from './operation.ts';
export { type KeptEvent, type Recovered, type RecoverOptions, recoverQueue } from './recover.ts';
export { MONITOR, type Rights, serviceRights } from './rights.ts';
export { readStanding, type Standing } from './standing.ts';
export { applyUsers, brokerUsers, definitions, type UsersOptions } from './users.ts';
