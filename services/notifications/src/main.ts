import { runMain } from '@order-events/runtime';
import { notificationsConfig } from './config.ts';
import { createNotifications } from './service.ts';

runMain((env) => createNotifications(notificationsConfig(env)));
