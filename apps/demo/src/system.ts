import { join } from 'node:path';
import { service as audit } from '@order-events/audit';
import { type StartedService, startOrder } from '@order-events/contracts/services';
import { service as customers } from '@order-events/customers';
import { service as email } from '@order-events/email';
import { service as gateway } from '@order-events/gateway';
import { service as inventory } from '@order-events/inventory';
import { service as notifications } from '@order-events/notifications';
import { service as orders } from '@order-events/orders';
import { service as sandbox } from '@order-events/payment-provider-sandbox';
import { service as payments } from '@order-events/payments';
import { type Service, serviceEnv } from '@order-events/runtime';
import { unlessAborted } from './interrupts.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface SystemOptions {
  /** Secrets, RABBITMQ_URL and whatever else the services read; ORDERS_X is X for orders alone. */
  readonly env: Env;
  /** Where the stores are kept, one file a service. */
  readonly dataFolder: string;
  /** Any free port instead of each service's own: for tests. */
  readonly freePorts?: boolean;
  /** Aborted when the start is no longer wanted: what runs is stopped, and the signal's reason thrown. */
  readonly signal?: AbortSignal;
  /** Awaited just before a service listens. */
  readonly onStarting?: (name: string) => void | Promise<void>;
  readonly onStarted?: (service: Service) => void;
}

/** One service can't start; the cause says why. */
export class ServiceStartError extends Error {
  override readonly name = 'ServiceStartError';
  readonly service: string;

  constructor(service: string, cause: unknown) {
    super(`${service} can’t start`, { cause });
    this.service = service;
  }
}

export interface System {
  /** Where each service answers, by name. */
  readonly urls: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<string, Service>>;
  stop(): Promise<void>;
}

const create: Readonly<Record<StartedService, (env: Env) => Service>> = {
  orders: orders.create,
  inventory: inventory.create,
  payments: payments.create,
  customers: customers.create,
  email: email.create,
  notifications: notifications.create,
  audit: audit.create,
  gateway: gateway.create,
  sandbox: sandbox.create,
};

const never = new AbortController().signal;

/** Starts every service in this process; when one can't start, those that run are stopped and its error is thrown. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { onStarting, onStarted, signal = never } = options;
  const env = Object.fromEntries(Object.entries(options.env).filter(([, value]) => value));
  const services: Record<string, Service> = {};
  const urls: Record<string, string> = {};
  const addresses: Record<string, string> = {};
  const stop = async () => {
    for (const service of Object.values(services).reverse()) await service.stop();
  };
  try {
    // Each after those it calls, so that every address is known when it is needed.
    for (const { name, addressSetting } of startOrder()) {
      await onStarting?.(name);
      const service = made(name, () =>
        create[name](serviceEnv({ ...ownSettings(name, options), ...addresses, ...env }, name)),
      );
      services[name] = service;
      await unlessAborted(signal, started(name, service));
      urls[name] = service.url;
      addresses[addressSetting] = service.url;
      onStarted?.(service);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls, services, stop };
}

/** Loopback, unless told otherwise: the sandbox's faults, for one, can be switched by anybody who reaches it. */
function ownSettings(name: string, { dataFolder, freePorts }: SystemOptions): Env {
  return {
    HOST: '127.0.0.1',
    // The services believe the gateway, the gateway nobody: its clients come from loopback, too.
    ...(name !== 'gateway' && { TRUST_PROXY: 'loopback' }),
    STORE_URL: `sqlite:${join(dataFolder, `${name}.db`)}`,
    LEDGER_FILE: join(dataFolder, 'provider-ledger.jsonl'),
    ...(freePorts && { [`${name.toUpperCase()}_PORT`]: '0' }),
  };
}

function made(name: string, create: () => Service): Service {
  try {
    return create();
  } catch (error) {
    throw new ServiceStartError(name, error);
  }
}

async function started(name: string, service: Service): Promise<void> {
  try {
    await service.start();
  } catch (error) {
    throw new ServiceStartError(name, error);
  }
}
