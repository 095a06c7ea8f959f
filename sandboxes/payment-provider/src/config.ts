import { httpSettings, setting } from '@order-events/runtime';

const { PORT, HOST, LOG_LEVEL } = httpSettings({ port: 3103 });

export const sandboxSettings = {
  PORT,
  HOST,
  LOG_LEVEL,
  SLOW_MS: setting.integer()({ desc: 'how late tok_slow is answered, in milliseconds', default: 5_000 }),
  LEDGER_FILE: setting.optional(setting.text({ desc: 'file that keeps the ledger over restarts; unset: memory only' })),
};
