import { service as audit } from '@order-events/audit';
import { services as entries, type QueueName, sourceOf } from '@order-events/contracts';
import { service as inventory } from '@order-events/inventory';
import { service as notifications } from '@order-events/notifications';
import { service as orders } from '@order-events/orders';
import { service as payments } from '@order-events/payments';
import type { Logger, Settings } from '@order-events/runtime';
import { type DefinedService, defineService, type Given, type Opened } from '@order-events/service';
import type { RelayLimits } from '@order-events/store';
import { TEST_ISSUER, TEST_SECRET } from '@order-events/testing';
import { callsOf, type Sandbox } from './calls.ts';
import { email } from './email.ts';
import type { SimulatedProcess } from './process.ts';
import { storeFor, type Watch } from './remote-store.ts';
import type { World } from './world.ts';

const definitions = { orders, inventory, payments, audit, notifications, email };
export type ServiceName = keyof typeof definitions;
export const services = Object.keys(definitions) as readonly ServiceName[];
export const queues = services.flatMap((name) => Object.keys(entries[name].queues)) as readonly QueueName[];

export interface Outside {
  readonly world: World;
  readonly sandbox: Sandbox;
  readonly isStoreDown: (service: ServiceName) => boolean;
  readonly watch: Watch;
  /** How long an order may wait for its confirmation. */
  readonly confirmWithinMinutes: number;
}

/** What people, and whoever else stands at a service's door, can ask of a running process. */
export interface Doors {
  readonly orders?: Pick<Awaited<ReturnType<typeof orders.open>>, 'orders' | 'placeOrder'>;
  readonly inventory?: Pick<Awaited<ReturnType<typeof inventory.open>>, 'products'>;
}

/** A running process: what can be asked of it, and how it is told to stop. */
export interface Running {
  readonly process: SimulatedProcess;
  readonly doors: Doors;
  stop(): Promise<void>;
}

/** With little room, a relay forgets and finds again all the time. */
const cramped = { known: 3, heldBytes: 1, window: 2 } satisfies Partial<RelayLimits>;
const env = {
  RABBITMQ_URL: 'amqp://simulated',
  ACCESS_TOKEN_SECRET: TEST_SECRET,
  ISSUER: TEST_ISSUER,
  EVENT_SIGNING_KEYS: services.map((name) => `k-${name}:${sourceOf(name)}:${'A'.repeat(44)}`).join(','),
};

/** The service as everywhere else, with parts of the simulated world and without HTTP. Rejects where its start does. */
export async function startService(name: ServiceName, process: SimulatedProcess, outside: Outside): Promise<Running> {
  const { world, isStoreDown, watch, confirmWithinMinutes } = outside;
  const isCramped = world.chance(0.3);
  const given: Given = {
    clock: () => new Date(),
    random: () => world.random(),
    log: logOf(world, process),
    store: storeFor(world, process, () => isStoreDown(name), watch),
    client: callsOf(world, process, outside.sandbox),
    live: () => ({ broadcast: () => undefined }),
    ...(isCramped && { outbox: cramped }),
    http: false,
  };
  const settings = {
    ...env,
    CONFIRM_WITHIN_MINUTES: String(confirmWithinMinutes),
    ...(isCramped && { OUTBOX_LIMIT: String(cramped.known) }),
  };
  const doors: Doors = {};
  const service = shown(name, doors).create(settings, given);
  await service.start();
  return { process, doors, stop: service.stop };
}

/** The service. What the doors need of it is put there once its open has answered. */
function shown(name: ServiceName, doors: Doors) {
  if (name === 'orders') return telling(orders, (opened) => Object.assign(doors, { orders: opened }));
  if (name === 'inventory') return telling(inventory, (opened) => Object.assign(doors, { inventory: opened }));
  return definitions[name];
}

function telling<S extends Settings, O extends Opened>(service: DefinedService<S, O>, tell: (opened: O) => void) {
  const open: typeof service.open = async (parts) => {
    const opened = await service.open(parts);
    tell(opened);
    return opened;
  };
  return defineService({ ...service, open });
}

function logOf(world: World, process: SimulatedProcess): Logger {
  const line = (phrase: string, fields: object = {}) =>
    world.tell(process.name, `“${phrase}” ${JSON.stringify(fields)}`);
  const log: Logger = { debug: () => undefined, info: line, warn: line, error: line, child: () => log };
  return log;
}
