export { type NotificationsConfig, notificationsConfig } from './config.ts';
export { createNotifications } from './service.ts';
