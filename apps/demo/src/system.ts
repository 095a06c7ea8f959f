import { join } from 'node:path';
import { folderOf, type ServiceEntry, startOrder } from '@order-events/contracts/services';
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
    for (const entry of startOrder()) {
      const { name, addressSetting } = entry;
      await onStarting?.(name);
      const service = await made(entry, serviceEnv({ ...ownSettings(name, options), ...addresses, ...env }, name));
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

/** Loaded from its folder: so the list of services in contracts is the only one. */
async function made(entry: ServiceEntry, env: Env): Promise<Service> {
  try {
    const { service } = (await import(`../../../${folderOf(entry)}/src/index.ts`)) as Loaded;
    return service.create(env);
  } catch (error) {
    throw new ServiceStartError(entry.name, error);
  }
}

interface Loaded {
  readonly service: { create(env: Env): Service };
}

async function started(name: string, service: Service): Promise<void> {
  try {
    await service.start();
  } catch (error) {
    throw new ServiceStartError(name, error);
  }
}
