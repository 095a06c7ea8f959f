export { type AuditConfig, auditConfig } from './config.ts';
export { createAudit } from './service.ts';
