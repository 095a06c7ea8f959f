import { openApplication as openAudit } from '@order-events/audit/application';
import { orderStatusChanged, parseKeys, type QueueName } from '@order-events/contracts';
import { service as inventory } from '@order-events/inventory';
import { createMessaging, type Handler, on } from '@order-events/messaging';
import { openApplication as openNotifications } from '@order-events/notifications/application';
import { openApplication as openOrders } from '@order-events/orders/application';
import { openApplication as openPayments } from '@order-events/payments/application';
import { createMetrics, type Logger, ServiceError } from '@order-events/runtime';
import type { Subscription } from '@order-events/service';
import {
  causeOf,
  createDocuments,
  createRelay,
  createSweep,
  decide,
  openStartMarks,
  type Relay,
  type Store,
} from '@order-events/store';
import { someParts } from '@order-events/testing';
import type { SimulatedProcess } from './process.ts';
import { providerFor, type Sandbox } from './provider.ts';
import { storeFor, type Watch } from './remote-store.ts';
import type { World } from './world.ts';

export const services = ['orders', 'inventory', 'payments', 'audit', 'notifications', 'email'] as const;
export type ServiceName = (typeof services)[number];

export function queueOf(service: ServiceName): QueueName {
  return service === 'email' ? 'email.priority' : service;
}

const minuteMs = 60_000;
const keys = parseKeys(services.map((name) => `k-${name}:/services/${name}:${'A'.repeat(44)}`).join(','));

export interface Outside {
  readonly world: World;
  readonly sandbox: Sandbox;
  readonly isStoreDown: (service: ServiceName) => boolean;
  readonly watch: Watch;
  /** How long an order may wait for its confirmation. */
  readonly confirmWithinMs: number;
}

interface Parts {
  readonly store: Store;
  readonly relay: Relay;
  readonly hasRoom: () => boolean;
  readonly log: Logger;
  readonly outside: Outside;
  readonly process: SimulatedProcess;
}

/** What people, and whoever else stands at a service's door, can ask of a running process. */
export interface Doors {
  readonly orders?: Pick<Awaited<ReturnType<typeof openOrders>>, 'orders' | 'placeOrder'>;
  readonly inventory?: Pick<Awaited<ReturnType<typeof inventory.open>>, 'products'>;
}

/** A running process: what can be asked of it, and how it is told to stop. */
export interface Running {
  readonly process: SimulatedProcess;
  readonly doors: Doors;
  stop(): Promise<void>;
}

const clock = () => new Date();

/** What a relay may hold; with little it forgets, and finds again, all the time. */
const roomy = { known: 100_000 };
const cramped = { known: 3, held: 1, window: 2 };

/** The service as its own composition root puts it together, without HTTP. Rejects where its start would. */
export async function startService(
  service: ServiceName,
  process: SimulatedProcess,
  outside: Outside,
): Promise<Running> {
  const { world, isStoreDown, watch } = outside;
  const log = logOf(world, process);
  const random = () => world.random();
  const url = 'amqp://simulated';
  const messaging = createMessaging({ url, service, keys, log, metrics: createMetrics(service), clock, random });
  const limits = world.chance(0.3) ? cramped : roomy;
  const relay = createRelay({ publish: messaging.publisher.publish, log, clock, limits });
  const hasRoom = () => relay.pending() < limits.known;
  const store = storeFor(world, process, () => isStoreDown(service), watch);
  const { doors, handlers, jobs, order } = await open[service]({ store, relay, hasRoom, log, outside, process });
  const marks = await openStartMarks(store);
  const consumer = messaging.subscribe(queueOf(service), handlers, { marks, ...(order && { order }) });
  await messaging.start();
  relay.start();
  const sweep = createSweep({ jobs: [() => relay.sweep(), ...jobs(consumer)], log });
  sweep.start();
  return {
    process,
    doors,
    async stop() {
      await sweep.stop();
      await relay.stop();
      await messaging.stop();
    },
  };
}

type Messaging = ReturnType<typeof createMessaging>;
interface Opened {
  readonly doors: Doors;
  readonly handlers: Parameters<Messaging['subscribe']>[1];
  readonly order?: Awaited<ReturnType<typeof openNotifications>>['order'];
  readonly jobs: (consumer: ReturnType<Messaging['subscribe']>) => readonly (() => Promise<void>)[];
}

const open: Readonly<Record<ServiceName, (parts: Parts) => Promise<Opened>>> = {
  async orders({ store, relay, log, hasRoom, outside }) {
    const limits = { confirmation: outside.confirmWithinMs, capture: 6 * 24 * 60 * minuteMs };
    const inventory = {
      get: () => Promise.reject(new ServiceError('unavailable', 'inventory-down', 'inventory answers nobody here')),
    };
    const deliveryMs = 5 * 24 * 60 * minuteMs;
    const application = await openOrders({ store, relay, keys, clock, inventory, deliveryMs, hasRoom, limits, log });
    return { doors: { orders: application }, handlers: application.handlers, jobs: application.jobs };
  },
  async inventory({ store, relay, log }) {
    const opened = await inventory.open(someParts({ store, outbox: () => relay, keys, clock, log }));
    return { doors: { inventory: opened }, handlers: handlersOf(opened), jobs: () => opened.jobs };
  },
  async payments({ store, relay, log, process, outside: { world, sandbox } }) {
    const calls = { ...providerFor(world, process, sandbox), leaseMs: 10_000 };
    const { handlers, jobs } = await openPayments({ store, relay, keys, clock, log, ...calls });
    return { doors: {}, handlers, jobs: () => jobs };
  },
  async audit({ store }) {
    const { handlers } = await openAudit(store, () => undefined);
    return { doors: {}, handlers, jobs: () => [] };
  },
  async notifications({ store }) {
    const { handlers, order } = await openNotifications({ store, clock, say: () => undefined });
    return { doors: {}, handlers, order, jobs: () => [] };
  },
  // In place of email's own work some that does harm when it is done twice: it counts.
  async email({ store, relay }) {
    const counts = await store.collection<number>('counts');
    const documents = createDocuments(counts, { source: '/services/email', keys, relay, keepsSeen: true, clock });
    const countOne = (count = 0) => decide(count + 1);
    const handlers = [on(orderStatusChanged, (event) => documents.change(event.subject, countOne, causeOf(event)))];
    return { doors: {}, handlers, jobs: () => [] };
  },
};

function handlersOf({ subscriptions }: { readonly subscriptions: readonly Subscription[] }): readonly Handler[] {
  return subscriptions.flatMap(({ handlers }) => handlers);
}

function logOf(world: World, process: SimulatedProcess): Logger {
  const line = (phrase: string, fields: object = {}) =>
    world.tell(process.name, `“${phrase}” ${JSON.stringify(fields)}`);
  const log: Logger = { debug: () => undefined, info: line, warn: line, error: line, child: () => log };
  return log;
}
