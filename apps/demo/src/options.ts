import { readOptions as readStrictly, UsageError } from '@order-events/tools/command-line';
import { LAST_BASE } from './ports.ts';
import type { Env } from './system.ts';

export const help = `npm start — all services in one process, a demo catalogue, and four orders that end as they should

  npm start                          starts, runs the demo, stays up until Ctrl-C
  npm start -- --once                ends after the demo; exit code 0 only if every promise held
  npm start -- --no-demo             starts without the demo orders
  npm start -- --base-port 4000      gateway on 4000, services on 4001 … 4008, the payment sandbox on 4103 (BASE_PORT)
  npm start -- --help                this page

Settings come from the environment: RABBITMQ_URL uses a broker of yours, ORDERS_PORT=4001 moves one service, HOST=0.0.0.0
listens for other machines, too (default 127.0.0.1), SMTP_URL sends real mail, LOG_LEVEL=info logs each step of each order
(default warn), DATA_FOLDER (default ./data) is where stores and secrets are kept: one npm start at a time uses a folder.`;

export interface Options {
  readonly once: boolean;
  readonly demo: boolean;
  readonly help: boolean;
  readonly basePort: number | undefined;
}

export function readOptions(args: readonly string[], env: Env): Options {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = readStrictly('npm start', {
    args: [...args],
    options: { once: flag, 'no-demo': flag, 'base-port': { type: 'string' }, help: { ...flag, short: 'h' } },
  });
  const [name, base] =
    values['base-port'] === undefined ? ['BASE_PORT', env.BASE_PORT] : ['--base-port', values['base-port']];
  return {
    once: values.once,
    demo: !values['no-demo'],
    help: values.help,
    basePort: base === undefined || (base === '' && name === 'BASE_PORT') ? undefined : portIn(name, base),
  };
}

function portIn(name: string, text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= LAST_BASE) return port;
  throw new UsageError(`${name} must be a whole number from 1 to ${LAST_BASE}. See: npm start -- --help`);
}
