import { setTimeout as pause } from 'node:timers/promises';
import type { Engine } from './engine.ts';
import { waitFor } from './progress.ts';
import { CommandError } from './run-command.ts';
import type { Shop } from './shop.ts';
import type { Container, Stack } from './stack.ts';

/** It prepares the broker, and then it is done. */
const ONCE = 'topology';

const BETWEEN_ORDERS = 200;
const MOST_ORDERS = 500;
/** Orders go on flowing this long after the new container is healthy. */
const AFTERWARDS = 2_000;

/** Compose has to name the secret that is missing instead of starting without it. */
export async function refusesWithoutSecrets(engine: Engine, root: string): Promise<void> {
  const names = ['ACCESS_TOKEN_SECRET', 'EVENT_SIGNING_KEYS', 'RABBITMQ_PASSWORD'];
  const env = Object.fromEntries(names.map((name) => [name, '']));
  const args = ['compose', '--file', `${root}/docker-compose.yml`, '--env-file', '/dev/null', 'config', '--quiet'];
  const refusal = await engine.docker(args, { env }).then(
    () => 'it accepted',
    (error: unknown) => (error instanceof CommandError ? error.output : String(error)),
  );
  if (!names.some((name) => refusal.includes(`${name} is missing`))) throw new Error(refusal);
}

/** One container per service, each healthy or, the one that prepares the broker, done; those of this project run as a plain user on a read-only file system. */
export async function containersAsPromised(engine: Engine, stack: Stack): Promise<Container[]> {
  const [services, containers] = [await stack.services(), await stack.containers()];
  const found = containers.map(({ service }) => service).sort();
  if (found.join() !== services.join()) throw new Error(`expected ${services.join()}, found ${found.join()}`);
  const unhealthy = containers.filter(({ service, health }) => health !== (service === ONCE ? 'exited' : 'healthy'));
  if (unhealthy.length > 0) throw new Error(unhealthy.map(({ service, health }) => `${service}: ${health}`).join());
  const format = '{{.Config.Image}} {{.Config.User}} {{.HostConfig.ReadonlyRootfs}}';
  const lines = await engine.docker(['inspect', '--format', format, ...containers.map(({ id }) => id)]);
  const own = lines.split('\n').filter((line) => line.startsWith('order-events/'));
  const lax = own.filter((line) => !line.endsWith(' node true'));
  if (own.length === 0 || lax.length > 0) throw new Error(`not a plain user on a read-only file system: ${lax.join()}`);
  return containers;
}

interface Connected {
  readonly user: string;
  readonly client_properties: { readonly connection_name?: string };
}

/** Whoever is connected to the broker is the user of their own service, and of none that may declare something. */
export async function ownBrokerUsers(management: string, password: string): Promise<string[]> {
  const authorization = `Basic ${Buffer.from(`order_events:${password}`).toString('base64')}`;
  const answer = await fetch(`${management}/api/connections`, { headers: { authorization } });
  if (!answer.ok) throw new Error(`the management API answered ${answer.status}`);
  const connections = (await answer.json()) as Connected[];
  const serviceOf = ({ client_properties: client }: Connected) => client.connection_name?.split(' ')[0];
  // One that has just ended may still be shown.
  const connected = connections.filter((each) => serviceOf(each) !== ONCE);
  const strangers = connected.filter((each) => each.user !== serviceOf(each));
  if (strangers.length > 0)
    throw new Error(strangers.map((each) => `${serviceOf(each)} is connected as ${each.user}`).join());
  return [...new Set(connected.map(({ user }) => user))].sort();
}

export async function orderReachesConfirmed(shop: Shop, signal: AbortSignal): Promise<void> {
  const id = await shop.placeOrder();
  if (id === undefined) throw new Error('the order was never accepted');
  await waitFor(`order ${id} is Confirmed`, () => shop.confirmed(id), { seconds: 60, signal });
}

export interface Flow {
  placed: number;
  accepted: string[];
}

/** Places orders, one after another, for as long as `work` takes and a little longer. */
export async function ordersFlowDuring(shop: Shop, work: Promise<void>): Promise<Flow> {
  const flow: Flow = { placed: 0, accepted: [] };
  let over = false;
  const end = work.then(() => pause(AFTERWARDS)).finally(() => (over = true));
  // Awaited below; a failure must not count as unhandled while an order is under way.
  end.catch(() => {});
  while (!over && flow.placed < MOST_ORDERS) {
    flow.placed += 1;
    const id = await shop.placeOrder();
    if (id !== undefined) flow.accepted.push(id);
    await pause(BETWEEN_ORDERS);
  }
  await end;
  return flow;
}

export async function allConfirmed(shop: Shop, ids: readonly string[], signal: AbortSignal): Promise<void> {
  for (const id of ids) {
    await waitFor(`order ${id} is Confirmed`, () => shop.confirmed(id), { seconds: 90, every: 0.3, signal });
  }
}

/** Throws unless exactly the named service got a new container. */
export function onlyOneReplaced(before: readonly Container[], after: readonly Container[], service: string): void {
  const known = new Set(before.map(({ id }) => id));
  const replaced = after.filter(({ id }) => !known.has(id)).map((container) => container.service);
  if (replaced.join() !== service) throw new Error(`replaced: ${replaced.join() || 'none'}, wanted: ${service}`);
}
