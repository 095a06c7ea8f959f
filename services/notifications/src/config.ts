import { services } from '@order-events/contracts/services';
import { commonSettings, type Env, loadConfig, setting } from '@order-events/runtime';

export const notificationsSettings = {
  ...commonSettings(services.notifications),
  RETENTION_DAYS: setting.integer({ min: 1, max: 3650 })({ desc: 'how long missed messages are kept', default: 30 }),
  ALLOWED_ORIGINS: setting.text({
    desc: 'origins that may open a socket from a browser, separated by commas; * is any',
    default: '*',
  }),
  SOCKETS_PER_USER: setting.integer({ min: 1, max: 10_000 })({
    desc: 'connections of one user at once, on one instance',
    default: 50,
  }),
  SOCKETS_PER_ADDRESS: setting.integer({ min: 1, max: 1_000_000 })({
    desc: 'connections of one address at once, on one instance',
    default: 1_000,
  }),
};

/** Reads notifications' settings; throws ConfigError with every fault at once. */
export function notificationsConfig(env: Env) {
  return loadConfig(notificationsSettings, env);
}
export type NotificationsConfig = ReturnType<typeof notificationsConfig>;
