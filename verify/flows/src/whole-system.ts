import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCustomer, type DemoCustomer, newSecrets, personToken } from '@order-events/demo';
import { type Env, type System, startSystem } from '@order-events/demo/system';
import { type TestBroker, testBroker } from '@order-events/testing';

export interface WholeSystem {
  readonly broker: TestBroker;
  /** Where a service's store is, for those who look into it. */
  storeUrlOf(service: string): string;
  readonly system: System;
  readonly gateway: string;
  readonly secrets: ReturnType<typeof newSecrets>;
  readonly admin: DemoCustomer;
  /** A person with a token, and a profile when an address is given. */
  person(id: string, email?: string): Promise<DemoCustomer>;
  tokenOf(id: string, role?: 'user' | 'admin'): string;
  stop(): Promise<void>;
}

/** A system that starts on what is stored already. */
interface Stored {
  readonly secrets: ReturnType<typeof newSecrets>;
  /** Puts the stores into the folder, before the start. */
  readonly fill: (folder: string) => Promise<void>;
}

/** Every service on free ports, with stores in a folder of its own and a vhost of its own on the real broker. */
export async function startWholeSystem(settings: Env = {}, stored?: Stored): Promise<WholeSystem> {
  const broker = await testBroker();
  const folder = await mkdtemp(join(tmpdir(), 'order-events-e2e-'));
  const { secrets = newSecrets() } = stored ?? {};
  await stored?.fill(folder);
  const env = { LOG_LEVEL: 'error', ...secrets, RABBITMQ_URL: broker.amqpUrl, ...settings };
  const system = await startSystem({ env, dataFolder: folder, freePorts: true });
  const gateway = system.urls.gateway ?? '';
  const tokenOf = (id: string, role: 'user' | 'admin' = 'user') => personToken(secrets, id, role);
  return {
    broker,
    storeUrlOf: (service) => `sqlite:${join(folder, `${service}.db`)}`,
    system,
    gateway,
    secrets,
    tokenOf,
    admin: createCustomer(gateway, tokenOf('root', 'admin')),
    async person(id, email) {
      const customer = createCustomer(gateway, tokenOf(id));
      if (email) await customer.call('PUT', '/api/v1/customers/me', { email, name: id });
      return customer;
    },
    async stop() {
      await system.stop();
      await broker.close();
      await rm(folder, { recursive: true });
    },
  };
}
