import { services } from '@order-events/contracts/services';
import { commonSettings, type Env, loadConfig } from '@order-events/runtime';

export const auditSettings = commonSettings(services.audit);

/** Reads audit's settings; throws ConfigError with every fault at once. */
export function auditConfig(env: Env) {
  return loadConfig(auditSettings, env);
}
export type AuditConfig = ReturnType<typeof auditConfig>;
