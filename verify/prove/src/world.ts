import { randomUUID } from 'node:crypto';
import { createCustomer, type DemoCustomer, personToken } from '@order-events/demo';
import { type Listener, listenPlainly, listenWithClient } from './listeners.ts';
import { randomOf } from './random.ts';
import type { ProofBroker, Vhost } from './rig/broker.ts';
import { type FaultyProxy, startProxy } from './rig/proxy.ts';
import { type Queues, queuesOf } from './rig/queues.ts';
import { type Places, type ProcessSystem, type Settings, startProcesses } from './rig/system.ts';
import { topologyCommand } from './rig/topology-command.ts';
import { catalogue, createShoppers, type Shoppers } from './shoppers.ts';

/** A whole system as processes, people who order, and all there is to break. */
export interface World {
  readonly broker: ProofBroker;
  readonly vhost: Vhost;
  readonly queues: Queues;
  readonly system: ProcessSystem;
  /** What stands between those of the scenario's wish and what they call. */
  readonly proxy: FaultyProxy;
  readonly shoppers: Shoppers;
  /** Units there have been of each product, in all. */
  readonly stocked: ReadonlyMap<string, number>;
  /** Over that instance of inventory. */
  restock(product: string, units: number, instance: string): Promise<void>;
  readonly listeners: readonly Listener[];
  readonly admin: DemoCustomer;
  /** What a person reads of their order. */
  readonly customers: Readonly<Record<string, DemoCustomer>>;
  readonly random: () => number;
  readonly say: (line: string) => void;
  /** Switches faults of a service's own making: of the provider sandbox, of the local mailbox. */
  faults(service: 'sandbox' | 'email', faults: object): Promise<void>;
  /** `npm run topology -- …`, as an operator runs it. */
  topology(...args: string[]): Promise<void>;
  close(keep: boolean): Promise<void>;
}

export interface WorldWish {
  readonly broker: ProofBroker;
  readonly compiled: string;
  readonly name: string;
  readonly seed: number;
  readonly say: (line: string) => void;
  readonly twice?: readonly string[];
  readonly planted?: Readonly<Record<string, string>>;
  /** These services reach the broker, or the payment provider, through a proxy. */
  readonly through?: { readonly services: readonly string[]; readonly to: 'broker' | 'provider' };
  readonly settings?: Readonly<Record<string, Settings>>;
}

const SIGNED_IN_MS = 2 * 60 * 60_000;
/** Half of them listen with plain Socket.IO, half with libs/client. */
const people = ['ada', 'bea', 'cyd', 'dov'];

export async function openWorld(wish: WorldWish): Promise<World> {
  const { broker, name, seed, say } = wish;
  const random = randomOf(seed);
  const vhost = await broker.vhost(name);
  const { system, proxy } = await startBehindProxy(wish, vhost.amqpUrl);
  const close = async (keep: boolean) => {
    await system.remove(keep);
    await proxy.close();
    await vhost.close();
  };
  try {
    await system.ready();
    const gateway = system.process('gateway').url;
    // They have been signed in for a while: a token from the future, where a clock is set back, is rightly refused.
    const issued = new Date(Date.now() - SIGNED_IN_MS);
    const adminToken = personToken(system.secrets, 'root', 'admin', { issued });
    const tokens = Object.fromEntries(
      people.map((person) => [person, personToken(system.secrets, person, 'user', { issued })]),
    );
    const customers = Object.fromEntries(
      people.map((person) => [person, createCustomer(gateway, tokens[person] ?? '')]),
    );
    const admin = createCustomer(gateway, adminToken);
    const stocked = await furnish(admin, customers);
    const listeners = people.map((person, at) => {
      const listen = at % 2 === 0 ? listenPlainly : listenWithClient;
      return listen(gateway, person, tokens[person] ?? '');
    });
    await Promise.all(listeners.map((listener) => listener.ready()));
    return {
      broker,
      vhost,
      queues: queuesOf(vhost),
      system,
      proxy,
      shoppers: createShoppers({ gateway, random, tokens }),
      listeners,
      admin,
      customers,
      stocked,
      random,
      say,
      async restock(product, units, instance) {
        const there = createCustomer(system.process(instance).url, adminToken);
        await there.call('PUT', `/api/v1/products/${product}`, { restock: units }, { 'idempotency-key': randomUUID() });
        stocked.set(product, (stocked.get(product) ?? 0) + units);
      },
      async faults(service, faults) {
        const { url } = system.process(service);
        const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
        const answer = await fetch(`${url}/faults`, { method: 'PUT', headers, body: JSON.stringify(faults) });
        if (!answer.ok) throw new Error(`the faults of ${service} were answered ${answer.status}`);
      },
      topology: (...args) => topologyCommand(args, vhost, system),
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

/** There is a proxy in every world; where nobody was to go through it, nobody does. */
async function startBehindProxy(wish: WorldWish, amqpUrl: string) {
  const { twice = [], planted = {}, compiled, through, settings = {} } = wish;
  let proxy: FaultyProxy | undefined;
  async function settingsOf({ urlOf }: Places): Promise<Readonly<Record<string, Settings>>> {
    const toProvider = through?.to === 'provider';
    proxy = await startProxy(toProvider ? urlOf('sandbox') : amqpUrl);
    const { origin, href } = new URL(proxy.url);
    const detour = toProvider ? { PAYMENT_PROVIDER_URL: origin } : { RABBITMQ_URL: href };
    return { ...settings, ...Object.fromEntries(through?.services.map((service) => [service, detour]) ?? []) };
  }
  const system = await startProcesses({ amqpUrl, twice, planted, compiled, settings: settingsOf });
  if (!proxy) throw new Error('the system was started without its proxy');
  return { system, proxy };
}

async function furnish(admin: DemoCustomer, customers: World['customers']): Promise<Map<string, number>> {
  for (const { id, ...product } of catalogue) {
    await admin.call('PUT', `/api/v1/products/${id}`, { ...product, currency: 'EUR' });
  }
  for (const [person, customer] of Object.entries(customers)) {
    await customer.call('PUT', '/api/v1/customers/me', { email: `${person}@example.org`, name: person });
  }
  return new Map(catalogue.map(({ id, restock }) => [id, restock]));
}
