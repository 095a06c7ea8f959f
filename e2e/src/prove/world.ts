import { createCustomer, type DemoCustomer } from '@order-events/tools/start/customer.ts';
import { personToken } from '@order-events/tools/start/token.ts';
import { type Listener, listen } from './listeners.ts';
import { randomOf } from './random.ts';
import type { ProofBroker, Vhost } from './rig/broker.ts';
import { type Queues, queuesOf } from './rig/queues.ts';
import { type ProcessSystem, startProcesses } from './rig/system.ts';
import { catalogue, createShoppers, type Shoppers } from './shoppers.ts';

/** A whole system as processes, people who order, and all there is to break. */
export interface World {
  readonly broker: ProofBroker;
  readonly vhost: Vhost;
  readonly queues: Queues;
  readonly system: ProcessSystem;
  readonly shoppers: Shoppers;
  readonly listeners: readonly Listener[];
  readonly admin: DemoCustomer;
  /** What a person reads of their order. */
  readonly customers: Readonly<Record<string, DemoCustomer>>;
  readonly random: () => number;
  readonly say: (line: string) => void;
  /** Switches faults of a service's own making: of the provider sandbox, of the local mailbox. */
  faults(service: 'sandbox' | 'email', faults: object): Promise<void>;
  close(keep: boolean): Promise<void>;
}

export interface WorldWish {
  readonly broker: ProofBroker;
  readonly name: string;
  readonly seed: number;
  readonly say: (line: string) => void;
  readonly twice?: readonly string[];
  readonly planted?: Readonly<Record<string, string>>;
  /** Where services find the broker, given its real address. */
  readonly brokerOf?: (amqpUrl: string) => Promise<Readonly<Record<string, string>>>;
}

const people = ['ada', 'bea', 'cyd'];

export async function openWorld({
  broker,
  name,
  seed,
  say,
  twice = [],
  planted = {},
  brokerOf,
}: WorldWish): Promise<World> {
  const random = randomOf(seed);
  const vhost = await broker.vhost(name);
  const { amqpUrl } = vhost;
  const system = await startProcesses({ amqpUrl, random, twice, planted, brokerOf: (await brokerOf?.(amqpUrl)) ?? {} });
  const close = async (keep: boolean) => {
    await system.remove(keep);
    await vhost.close();
  };
  try {
    await system.ready();
    const gateway = system.process('gateway').url;
    const adminToken = personToken(system.secrets, 'root', 'admin');
    const tokens = Object.fromEntries(people.map((person) => [person, personToken(system.secrets, person, 'user')]));
    const customers = Object.fromEntries(
      people.map((person) => [person, createCustomer(gateway, tokens[person] ?? '')]),
    );
    const admin = createCustomer(gateway, adminToken);
    await furnish(admin, customers);
    const listeners = people.map((person) => listen(gateway, person, tokens[person] ?? ''));
    await Promise.all(listeners.map((listener) => listener.ready()));
    return {
      broker,
      vhost,
      queues: queuesOf(vhost),
      system,
      shoppers: createShoppers({ gateway, random, tokens }),
      listeners,
      admin,
      customers,
      random,
      say,
      async faults(service, faults) {
        const { url } = system.process(service);
        const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
        const answer = await fetch(`${url}/faults`, { method: 'PUT', headers, body: JSON.stringify(faults) });
        if (!answer.ok) throw new Error(`the faults of ${service} were answered ${answer.status}`);
      },
      async close(keep) {
        for (const listener of listeners) listener.close();
        await close(keep);
      },
    };
  } catch (error) {
    await close(true);
    throw error;
  }
}

async function furnish(admin: DemoCustomer, customers: World['customers']): Promise<void> {
  for (const { id, ...product } of catalogue) {
    await admin.call('PUT', `/api/v1/products/${id}`, { ...product, currency: 'EUR' });
  }
  for (const [person, customer] of Object.entries(customers)) {
    await customer.call('PUT', '/api/v1/customers/me', { email: `${person}@example.org`, name: person });
  }
}
