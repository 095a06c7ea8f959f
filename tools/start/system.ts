import { join } from 'node:path';
import { auditConfig, createAudit } from '@order-events/audit';
import { createCustomers, customersConfig } from '@order-events/customers';
import { createEmail, emailConfig } from '@order-events/email';
import { createGateway, gatewayConfig } from '@order-events/gateway';
import { createInventory, inventoryConfig } from '@order-events/inventory';
import { createNotifications, notificationsConfig } from '@order-events/notifications';
import { createOrders, ordersConfig } from '@order-events/orders';
import { createPayments, createProviderSandbox, paymentsConfig, sandboxConfig } from '@order-events/payments';
import { type Service, serviceEnv } from '@order-events/runtime';

export type Env = Readonly<Record<string, string | undefined>>;

export interface SystemOptions {
  /** Secrets, RABBITMQ_URL and whatever else the services read; ORDERS_X is X for orders alone. */
  readonly env: Env;
  /** Where the stores are kept, one file a service. */
  readonly dataFolder: string;
  /** Any free port instead of each service's own: for tests. */
  readonly freePorts?: boolean;
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

// Each after those it calls, so that every address is known when it is needed.
const parts: readonly [name: string, urlSetting: string, create: (env: Env) => Service][] = [
  ['sandbox', 'PAYMENT_PROVIDER_URL', (env) => createProviderSandbox(sandboxConfig(env))],
  ['audit', 'AUDIT_SERVICE_URL', (env) => createAudit(auditConfig(env))],
  ['inventory', 'PRODUCTS_SERVICE_URL', (env) => createInventory(inventoryConfig(env))],
  ['customers', 'CUSTOMERS_SERVICE_URL', (env) => createCustomers(customersConfig(env))],
  ['notifications', 'NOTIFICATIONS_SERVICE_URL', (env) => createNotifications(notificationsConfig(env))],
  ['orders', 'ORDERS_SERVICE_URL', (env) => createOrders(ordersConfig(env))],
  ['payments', 'PAYMENTS_SERVICE_URL', (env) => createPayments(paymentsConfig(env))],
  ['email', 'EMAIL_SERVICE_URL', (env) => createEmail(emailConfig(env))],
  ['gateway', 'GATEWAY_URL', (env) => createGateway(gatewayConfig(env))],
];

/** Starts every service in this process; when one can't start, those that run are stopped and its error is thrown. */
export async function startSystem({ env, dataFolder, freePorts, onStarted }: SystemOptions): Promise<System> {
  const services: Record<string, Service> = {};
  const urls: Record<string, string> = {};
  const addresses: Record<string, string> = {};
  const stop = async () => {
    for (const service of Object.values(services).reverse()) await service.stop();
  };
  try {
    for (const [name, urlSetting, create] of parts) {
      const own = {
        TRUST_PROXY: 'loopback',
        STORE_URL: `sqlite:${join(dataFolder, `${name}.db`)}`,
        LEDGER_FILE: join(dataFolder, 'provider-ledger.jsonl'),
        ...(freePorts && { [`${name.toUpperCase()}_PORT`]: '0' }),
      };
      const service = await started(name, () => create(serviceEnv({ ...own, ...addresses, ...env }, name)));
      services[name] = service;
      urls[name] = service.url;
      addresses[urlSetting] = service.url;
      onStarted?.(service);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls, services, stop };
}

async function started(name: string, create: () => Service): Promise<Service> {
  try {
    const service = create();
    await service.start();
    return service;
  } catch (error) {
    throw new ServiceStartError(name, error);
  }
}
