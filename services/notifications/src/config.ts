import { type Config, setting } from '@order-events/runtime';

export const notificationsSettings = {
  RETENTION_DAYS: setting.integer({ min: 1, max: 3650 })({
    desc: 'how long messages are kept for clients that are away',
    default: 30,
  }),
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

export type NotificationsConfig = Config<typeof notificationsSettings>;
