import { runMain } from '@order-events/runtime';
import { auditConfig } from './config.ts';
import { createAudit } from './service.ts';

runMain((env) => createAudit(auditConfig(env)));
