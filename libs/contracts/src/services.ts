/** Events that a queue consumes, how often one is tried, and after how long (each delay doubles). */
export interface QueueFacts {
  /** Full event types, or '#' for every event. */
  readonly consumes: readonly string[] | '#';
  /** Tries in all, the first one included. */
  readonly attempts: number;
  readonly firstDelayMs: number;
}

/** What other parts of the system must know of one service. Everything else about it is in its folder. */
interface ServiceFacts {
  /** Port that it listens on where `PORT` is not set; npm start counts it from the gateway's. */
  readonly port: number;
  /** Setting that holds its address in the services that call it. */
  readonly addressSetting: string;
  /** Paths, with all below them, that the gateway passes on to it. */
  readonly publicPaths: readonly string[];
  /** Paths for WebSockets and long polls: the gateway counts them apart from calls. */
  readonly livePaths?: readonly string[];
  /** Queues that this service alone consumes, by name. */
  readonly queues: Readonly<Record<string, QueueFacts>>;
  /** Names of the services that it calls: they start before it. */
  readonly calls: readonly string[];
  /** Port of `/livez`, `/readyz` and `/metrics` where `port` is open to the world. */
  readonly operationsPort?: number;
  /** It publishes to connected people through an exchange that all its instances consume, each from a queue of its own. */
  readonly live?: true;
  /** It reads every dead-letter queue and sends messages back to the queues they came from. */
  readonly servesDeadLetters?: true;
  /** It has neither store nor messages, so it needs no secret, no signing key and no broker user. */
  readonly httpOnly?: true;
  /** It plays an external system, with faults that can be switched on. */
  readonly sandbox?: true;
  /** From the root, where it is not `services/<name>`. */
  readonly folder?: string;
  /** It is a model to copy, in examples/: its own tests start it, and nothing else does. */
  readonly example?: true;
}

export interface ServiceEntry extends ServiceFacts {
  /** Its folder, container, broker user, database, and prefix of its settings under npm start. */
  readonly name: string;
}

const patient = { attempts: 5, firstDelayMs: 1_000 } as const;
const mail = { attempts: 3, firstDelayMs: 2_000 } as const;

const everyOrderEvent = [
  'order.created.v1',
  'order.updated.v1',
  'order.status_changed.v1',
  'order.cancelled.v1',
  'order.completed.v1',
] as const;

const everyPaymentEvent = [
  'payment.authorized.v1',
  'payment.declined.v1',
  'payment.captured.v1',
  'payment.failed.v1',
  'payment.voided.v1',
  'payment.refunded.v1',
  'payment.settled.v1',
] as const;

/**
 * One value per service: routes, queues, broker users, signing keys, secrets, the start and tables on pages are made from it. A new service
 * is one value here and a folder of its name.
 */
export const services = named({
  orders: {
    port: 3001,
    addressSetting: 'ORDERS_SERVICE_URL',
    publicPaths: ['/api/v1/orders'],
    queues: {
      orders: {
        consumes: ['inventory.reserved.v1', 'inventory.rejected.v1', ...everyPaymentEvent, 'product.changed.v1'],
        ...patient,
      },
    },
    calls: ['inventory', 'audit'],
  },
  inventory: {
    port: 3002,
    addressSetting: 'PRODUCTS_SERVICE_URL',
    publicPaths: ['/api/v1/products'],
    queues: {
      inventory: { consumes: ['order.created.v1', 'order.status_changed.v1', 'order.cancelled.v1'], ...patient },
    },
    calls: [],
  },
  payments: {
    port: 3003,
    addressSetting: 'PAYMENTS_SERVICE_URL',
    publicPaths: ['/api/v1/payments'],
    queues: { payments: { consumes: [...everyOrderEvent, 'inventory.reserved.v1'], ...patient } },
    calls: ['orders', 'sandbox'],
  },
  customers: {
    port: 3005,
    addressSetting: 'CUSTOMERS_SERVICE_URL',
    publicPaths: ['/api/v1/customers'],
    queues: {},
    calls: [],
  },
  email: {
    port: 3006,
    addressSetting: 'EMAIL_SERVICE_URL',
    publicPaths: ['/api/v1/emails'],
    queues: {
      // Confirmations have a queue of their own, so that no backlog of other mail delays them.
      'email.priority': { consumes: ['order.status_changed.v1'], ...mail },
      email: { consumes: ['order.cancelled.v1'], ...mail },
    },
    calls: ['customers'],
  },
  notifications: {
    port: 3007,
    addressSetting: 'NOTIFICATIONS_SERVICE_URL',
    publicPaths: ['/api/v1/notifications'],
    livePaths: ['/socket.io'],
    queues: { notifications: { consumes: [...everyOrderEvent, 'inventory.low_stock.v1'], ...patient } },
    calls: [],
    live: true,
  },
  audit: {
    port: 3008,
    addressSetting: 'AUDIT_SERVICE_URL',
    publicPaths: ['/api/v1/dlq'],
    queues: { audit: { consumes: '#', ...patient } },
    calls: [],
    servesDeadLetters: true,
  },
  gateway: {
    port: 3000,
    operationsPort: 3100,
    addressSetting: 'GATEWAY_URL',
    publicPaths: [],
    queues: {},
    calls: [],
    httpOnly: true,
  },
  sandbox: {
    port: 3103,
    addressSetting: 'PAYMENT_PROVIDER_URL',
    publicPaths: [],
    queues: {},
    calls: [],
    httpOnly: true,
    sandbox: true,
    folder: 'sandboxes/payment-provider',
  },
  gifts: {
    port: 3090,
    addressSetting: 'GIFTS_SERVICE_URL',
    publicPaths: ['/api/v1/gifts'],
    queues: { gifts: { consumes: ['order.completed.v1'], ...patient } },
    calls: [],
    example: true,
    folder: 'examples/gifts',
  },
} as const satisfies Readonly<Record<string, ServiceFacts>>);

type Services = typeof services;
export type ServiceName = keyof Services;
export type QueueName = { [N in ServiceName]: keyof Services[N]['queues'] & string }[ServiceName];

/** The services of the system: all but the example. */
type StartedService = {
  [N in ServiceName]: Services[N] extends { readonly example: true } ? never : N;
}[ServiceName];

type Entry = ServiceEntry & { readonly name: StartedService };

/** Every service of the system, as a list: all but the example. */
export const serviceEntries: readonly Entry[] = Object.values<ServiceEntry>(services).filter(
  (entry): entry is Entry => !entry.example,
);

/** Every service after those that it calls, the gateway last; throws when services call each other in a circle. */
export function startOrder(entries: readonly Entry[] = serviceEntries): readonly Entry[] {
  const depthOf = ({ name, calls }: Entry, callers: readonly string[] = []): number => {
    const path = [...callers, name];
    if (callers.includes(name)) throw new Error(`services call each other in a circle: ${path.join(' → ')}`);
    const called = entries.filter((each) => calls.includes(each.name));
    return Math.max(0, ...called.map((each) => 1 + depthOf(each, path)));
  };
  const depths = new Map(entries.map((entry) => [entry, entry.name === 'gateway' ? Infinity : depthOf(entry)]));
  return entries.toSorted((one, other) => Number(depths.get(one)) - Number(depths.get(other)));
}

/** From the root: `services/orders`. */
export function folderOf({ name, folder = `services/${name}` }: ServiceEntry): string {
  return folder;
}

/** Address of a service on this machine where its `PORT` is not set. */
export function localAddressOf(name: ServiceName): string {
  return `http://127.0.0.1:${services[name].port}`;
}

/** The services that keep documents and may publish: each has a signing key of its own. */
export const signers = serviceEntries.filter(({ httpOnly }) => !httpOnly).map(({ name }) => name);

/** The `source` of its events and of its signing key. */
export function sourceOf(name: ServiceName): string {
  return `/services/${name}`;
}

function named<const T extends Readonly<Record<string, ServiceFacts>>>(all: T) {
  const entries = Object.entries(all).map(([name, facts]) => [name, { name, ...facts }]);
  return Object.fromEntries(entries) as { readonly [N in keyof T]: T[N] & { readonly name: N } };
}
