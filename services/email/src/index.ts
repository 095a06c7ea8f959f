export { type EmailConfig, emailConfig } from './config.ts';
export { createEmail } from './service.ts';
