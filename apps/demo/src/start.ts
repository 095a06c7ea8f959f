import { join } from 'node:path';
import { findBroker } from '@order-events/tools/broker';
import { createCustomer, type DemoCustomer } from './customer.ts';
import { takeDataFolder } from './data-folder.ts';
import { fillDemo, people, runDemo } from './demo.ts';
import { explained } from './explained.ts';
import { InterruptedError, unlessAborted } from './interrupts.ts';
import { help, type Options, readOptions } from './options.ts';
import { reservePorts } from './ports.ts';
import { tellRunning } from './running.ts';
import type { Screen } from './screen.ts';
import { localSecrets } from './secrets.ts';
import { type Env, startSystem } from './system.ts';
import { personToken } from './token.ts';

export interface Surroundings {
  readonly env: Env;
  readonly screen: Screen;
  /** Aborted with InterruptedError when everything has to end. */
  readonly interrupted: AbortSignal;
}

/** Runs `npm start` to its end, whatever ends it; the exit code. Nothing that it started is left then. */
export async function start(args: readonly string[], around: Surroundings): Promise<number> {
  const state = { up: false };
  try {
    const options = readOptions(args, around.env);
    if (options.help) around.screen.say(help);
    else return await run(options, around, state);
    return 0;
  } catch (error) {
    // Ctrl-C is how a system that is up is ended: nothing failed.
    if (error instanceof InterruptedError) return state.up ? 0 : error.exitCode;
    around.screen.fail(explained(error));
    return 1;
  }
}

async function run(options: Options, { env, screen, interrupted }: Surroundings, state: { up: boolean }) {
  const folder = env.DATA_FOLDER || 'data';
  await using started = new AsyncDisposableStack();
  const held = await takeDataFolder(folder);
  started.defer(held.release);
  const secrets = await localSecrets(folder);
  const ports = await reservePorts(env, options.basePort, screen.step);
  started.defer(ports.releaseAll);
  const broker = await findBroker({ ...wish(folder, screen), signal: interrupted });
  started.defer(broker.stop);
  const ended = AbortSignal.any([interrupted, ...(broker.failed ? [broker.failed] : [])]);
  const settings = { LOG_LEVEL: 'warn', ...secrets, ...env, ...ports.settings, RABBITMQ_URL: broker.amqpUrl };
  const system = await startSystem({
    env: settings,
    dataFolder: folder,
    signal: ended,
    onStarting: ports.release,
    onStarted: ({ name, url }) => screen.step(`${name} answers on ${url}`),
  });
  started.defer(system.stop);
  const { gateway = '', ...services } = system.urls;
  const demo = createDemo(gateway, settings, screen);
  await unlessAborted(ended, demo.fill());
  const { amqpUrl: amqp, managementUrl: management } = broker;
  const tokens = { customer: personToken(settings, 'ada', 'user'), admin: personToken(settings, 'root', 'admin') };
  started.defer(await tellRunning(folder, { services, gateway, rabbitmq: { amqp, management }, tokens }));
  const kept = !options.demo || (await unlessAborted(ended, demo.run()));
  if (options.once) return kept ? 0 : 1;
  screen.ready({ urls: system.urls, management, tokens });
  state.up = true;
  return await unlessAborted<never>(ended, new Promise(() => undefined));
}

function wish(folder: string, screen: Screen) {
  return { purpose: 'start', say: screen.step, folder: join(folder, 'rabbitmq') } as const;
}

function createDemo(gateway: string, env: Env, screen: Screen) {
  const admin = createCustomer(gateway, personToken(env, 'root', 'admin'));
  const persons = people.map(({ id }) => createCustomer(gateway, personToken(env, id, 'user')));
  return {
    fill: () => fillDemo(admin, persons),
    /** Whether every promise held. */
    async run() {
      screen.step('four orders run through');
      const kept = await runDemo(admin, persons[0] as DemoCustomer, screen.story);
      screen.verdict(kept);
      return kept;
    },
  };
}
