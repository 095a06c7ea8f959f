/** Runs docker-compose.yml for real and takes it down again: npm run test:compose */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROKER_USERS, envFile, newSecrets } from '@order-events/operator/secrets';
import { readOptions, runCommand } from '@order-events/tools/command-line';
import * as checks from './checks.ts';
import { chooseEngine } from './choose-engine.ts';
import type { Engine } from './engine.ts';
import { freePorts } from './free-ports.ts';
import { Progress, Skipped, waitFor } from './progress.ts';
import { Shop } from './shop.ts';
import { composeStack, type Stack } from './stack.ts';
import { watchHealth } from './watch-health.ts';

const HELP = `Usage: npm run test:compose

Starts docker-compose.yml as it is, on free ports and with fresh secrets; waits until all containers are healthy; runs
an order to Confirmed over the gateway, each service as its own user of the broker; recreates one service alone while orders flow; takes everything down.

It uses the Docker engine that is here if it has Compose v2 and can pull the base images. Otherwise, as root on Debian,
it brings its own engine from Debian's packages, and where images can't be pulled, stand-ins for them. Both stay cached
in ~/.cache/order-events (ORDER_EVENTS_CACHE). Anywhere else it says why it was skipped.`;

const root = join(import.meta.dirname, '..', '..', '..');
const MINUTES = 25;
const ISSUER = 'order-events';
/** The service that is recreated while orders flow: every order needs it, and none is refused while it is away. */
const RECREATED = 'inventory';

async function main(): Promise<number> {
  const { values } = readOptions('npm run test:compose', { options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort(new Error(name)));
  const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(MINUTES * 60_000)]);
  const progress = new Progress();
  try {
    const engine = await chooseEngine(root, progress, signal);
    await testWith(engine, progress, signal).finally(() => engine.stop());
  } catch (error) {
    const skipped = error instanceof Skipped;
    console.log(skipped ? `skipped: test:compose — ${error.message}` : progress.summary());
    if (!skipped) console.error(error instanceof Error ? error.message : error);
    return skipped ? 0 : 1;
  }
  console.log(progress.summary());
  return 0;
}

async function testWith(engine: Engine, progress: Progress, signal: AbortSignal): Promise<void> {
  const secrets = newSecrets();
  const [gateway = 0, management = 0] = await freePorts(2);
  const ports = { GATEWAY_PORT: String(gateway), RABBITMQ_MANAGEMENT_PORT: String(management) };
  const folder = await mkdtemp(join(tmpdir(), 'order-events-compose-'));
  const file = join(folder, 'env');
  await writeFile(file, envFile({ ...secrets, ...ports, ISSUER }), { mode: 0o600 });
  const stack = composeStack(engine, root, `order-events-test-${process.pid}`, file);
  const shop = new Shop(`http://127.0.0.1:${gateway}`, secrets.ACCESS_TOKEN_SECRET, ISSUER);
  try {
    await progress.check('it refuses to start without secrets', () => checks.refusesWithoutSecrets(engine, root));
    await progress.prepare('build an image per service', () => stack.build(signal));
    await progress.check('every container becomes healthy', () => watchHealth(stack, progress, stack.up(signal)));
    await progress.check('each service is connected as a user of its own', async () => {
      const users = await waitForUsers(`http://127.0.0.1:${management}`, secrets.RABBITMQ_PASSWORD, signal);
      progress.note(users.join(', '));
    });
    await runTheShop(engine, stack, shop, progress, signal);
  } finally {
    const takenDown = progress.check('everything is taken down again', () => takeDown(engine, stack));
    await takenDown.finally(() => rm(folder, { recursive: true }));
  }
}

async function runTheShop(
  engine: Engine,
  stack: Stack,
  shop: Shop,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const before = await progress.check('each service has a container of its own, as a plain user, read-only', () =>
    checks.containersAsPromised(engine, stack),
  );
  await progress.check('an order reaches Confirmed over the gateway', async () => {
    await shop.open();
    await checks.orderReachesConfirmed(shop, signal);
  });
  const flow = await progress.check(
    `${RECREATED} alone is recreated while orders flow, and none is refused`,
    async () => {
      const recreated = watchHealth(stack, progress, stack.recreate(RECREATED, signal));
      const orders = await checks.ordersFlowDuring(shop, recreated);
      checks.onlyOneReplaced(before, await stack.containers(), RECREATED);
      progress.note(`${orders.accepted.length} of ${orders.placed} orders were accepted meanwhile`);
      if (orders.accepted.length < orders.placed) throw new Error('orders were refused');
      return orders;
    },
  );
  await progress.check('every order accepted meanwhile reaches Confirmed', () =>
    checks.allConfirmed(shop, flow.accepted, signal),
  );
}

/** The management API shows connections a few seconds late. */
async function waitForUsers(management: string, password: string, signal: AbortSignal): Promise<string[]> {
  const services = BROKER_USERS.filter((user) => user !== 'monitor').sort();
  const look = async () => {
    const users = await checks.ownBrokerUsers(management, password);
    return users.join() === services.join() ? users : undefined;
  };
  return await waitFor(`all of ${services.join(', ')} are connected`, look, { seconds: 30, signal });
}

/** In an own engine, images that a newer build replaced would pile up. */
async function takeDown(engine: Engine, stack: Stack): Promise<void> {
  await stack.down();
  if (engine.own) await engine.docker(['image', 'prune', '--force']);
}

await runCommand(main);
