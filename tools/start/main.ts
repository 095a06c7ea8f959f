import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findBroker } from '../broker/find-broker.ts';
import { createCustomer, type DemoCustomer } from './customer.ts';
import { fillDemo, people, runDemo } from './demo.ts';
import { explained } from './explained.ts';
import { createScreen } from './screen.ts';
import { localSecrets } from './secrets.ts';
import { type System, startSystem } from './system.ts';
import { personToken } from './token.ts';

const help = `npm start — all services in one process, a demo catalogue, and four orders that end as they should

  npm start                 starts, runs the demo, stays up until Ctrl-C
  npm start -- --once       ends after the demo; exit code 0 only if every promise held
  npm start -- --no-demo    starts without the demo orders
  npm start -- --help       this page

Settings come from the environment: RABBITMQ_URL uses a broker of yours, ORDERS_PORT=4001 moves one service,
SMTP_URL sends real mail, DATA_FOLDER (default ./data) is where stores and secrets are kept.`;

const screen = createScreen();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { once: { type: 'boolean' }, 'no-demo': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    screen.say(help);
    return 0;
  }
  const folder = process.env.DATA_FOLDER ?? 'data';
  await mkdir(folder, { recursive: true });
  const secrets = await localSecrets(folder);
  const broker = await findBroker({ purpose: 'start', say: screen.step, folder: join(folder, 'rabbitmq') });
  try {
    const env = { LOG_LEVEL: 'warn', ...secrets, ...process.env, RABBITMQ_URL: broker.amqpUrl };
    const system = await startSystem({
      env,
      dataFolder: folder,
      onStarted: ({ name, url }) => screen.step(`${name} answers on ${url}`),
    });
    try {
      return await useSystem(system, env, { folder, management: broker.managementUrl, ...values });
    } finally {
      await rm(join(folder, 'running.json'), { force: true });
      await system.stop();
    }
  } finally {
    await broker.stop();
  }
}

interface Use {
  readonly folder: string;
  readonly management?: string | undefined;
  readonly once?: boolean | undefined;
  readonly 'no-demo'?: boolean | undefined;
}

async function useSystem(system: System, env: Record<string, string | undefined>, use: Use): Promise<number> {
  const tokens = { customer: personToken(env, 'ada', 'user'), admin: personToken(env, 'root', 'admin') };
  const gateway = system.urls.gateway ?? '';
  const admin = createCustomer(gateway, tokens.admin);
  const persons = people.map(({ id }) => createCustomer(gateway, personToken(env, id, 'user')));
  await fillDemo(admin, persons);
  await writeRunning(use, system, env, tokens);
  const kept = use['no-demo'] || (await demonstrate(admin, persons[0] as DemoCustomer));
  if (use.once) return kept ? 0 : 1;
  screen.ready({ urls: system.urls, management: use.management, tokens });
  await interrupted();
  screen.step('stopping');
  return 0;
}

async function demonstrate(admin: DemoCustomer, customer: DemoCustomer): Promise<boolean> {
  screen.step('four orders run through');
  const kept = await runDemo(admin, customer, screen.story);
  screen.verdict(kept);
  return kept;
}

async function writeRunning(
  use: Use,
  system: System,
  env: Record<string, string | undefined>,
  tokens: object,
): Promise<void> {
  const { gateway, ...services } = system.urls;
  const running = { services, gateway, rabbitmq: { amqp: env.RABBITMQ_URL, management: use.management }, tokens };
  await writeFile(join(use.folder, 'running.json'), `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
}

/** Ctrl-C reaches us from the terminal and once more through npm: that is one wish. A later one ends us without waiting. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let first = 0;
    const heard = () => {
      first ||= performance.now();
      if (performance.now() - first > 1_000) process.exit(130);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, heard);
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  screen.fail(explained(error));
  process.exitCode = 1;
}
