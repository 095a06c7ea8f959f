import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderOf, type ServiceEntry, serviceEntries, startOrder } from '@order-events/contracts/services';
import { newSecrets, type Secrets } from '@order-events/demo';
import { lastingPorts } from './ports.ts';
import { ServiceProcess } from './process.ts';

// Short enough that what a killed service left half-way is taken over within seconds.
const quick = { PAYMENT_PROVIDER_TIMEOUT_MS: '1000', SMTP_TIMEOUT_MS: '1000', SLOW_MS: '1500' };

export interface SystemWish {
  readonly amqpUrl: string;
  /** Services that run twice, on one store and one queue. */
  readonly twice: readonly string[];
  /** Planted faults by service, by * in all of them. */
  readonly planted: Readonly<Record<string, string>>;
  /** Other settings of some services, given where the broker and the services are. */
  readonly settings?: (places: Places) => Promise<Readonly<Record<string, Settings>>>;
  /** Where compiled code is kept for those who start later; without it, nowhere. */
  readonly compiled?: string;
}

export type Settings = Readonly<Record<string, string>>;

export interface Places {
  readonly amqpUrl: string;
  urlOf(service: string): string;
}

export interface ProcessSystem {
  readonly folder: string;
  readonly secrets: Secrets;
  readonly processes: readonly ServiceProcess[];
  process(name: string): ServiceProcess;
  storeOf(service: string): string;
  ready(): Promise<void>;
  /** Asks all to end; names those that had to be forced. */
  stop(): Promise<string[]>;
  /** Ends all at once and removes what they kept, unless it is evidence. */
  remove(keep: boolean): Promise<void>;
}

interface Instance {
  /** 'orders', or 'orders-2' for a second one. */
  readonly name: string;
  readonly entry: ServiceEntry;
}

const running = new Set<ServiceProcess>();
process.on('exit', () => {
  for (const each of running) each.end();
});

/** Every service as a process of its own, the provider sandbox among them, with stores in one folder. */
export async function startProcesses(wish: SystemWish): Promise<ProcessSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'order-events-prove-'));
  const instances = startOrder().flatMap((entry): Instance[] => {
    const { name } = entry;
    return wish.twice.includes(name)
      ? [
          { name, entry },
          { name: `${name}-2`, entry },
        ]
      : [{ name, entry }];
  });
  const [operationsPort, ...ports] = await lastingPorts(instances.length + 1);
  const urlOf = (name: string) => `http://127.0.0.1:${ports[instances.findIndex((each) => each.name === name)]}`;
  const addresses = Object.fromEntries(serviceEntries.map(({ name, addressSetting }) => [addressSetting, urlOf(name)]));
  const settings = (await wish.settings?.({ amqpUrl: wish.amqpUrl, urlOf })) ?? {};
  const secrets = newSecrets();
  const storeOf = (service: string) => `sqlite:${join(folder, 'data', `${service}.db`)}`;
  await mkdir(join(folder, 'data'));

  function create({ name, entry }: Instance, index: number): ServiceProcess {
    const service = entry.name;
    const main = `${folderOf(entry)}/src/main.ts`;
    const planted = [wish.planted['*'], wish.planted[service]].filter((each) => each !== undefined);
    const env = {
      PATH: process.env.PATH ?? '',
      LOG_LEVEL: 'warn',
      ...secrets,
      ...addresses,
      ...quick,
      RABBITMQ_URL: wish.amqpUrl,
      STORE_URL: storeOf(service),
      LEDGER_FILE: join(folder, 'data', 'ledger.jsonl'),
      // The provider's faults, for one, could be switched by anybody who reaches it.
      HOST: '127.0.0.1',
      PORT: String(ports[index]),
      OPERATIONS_PORT: String(operationsPort),
      ...(wish.compiled !== undefined && { NODE_COMPILE_CACHE: wish.compiled }),
      ...settings[service],
      ...(planted.length > 0 && { PLANT: planted.join(',') }),
    };
    // The gateway's own port is the world's: it says elsewhere whether it is ready.
    const operationsUrl = entry.operationsPort ? `http://127.0.0.1:${operationsPort}` : urlOf(name);
    return new ServiceProcess({ name, main, url: urlOf(name), operationsUrl, env, folder });
  }

  const processes = instances.map(create);
  for (const each of processes) {
    running.add(each);
    each.start();
  }
  return {
    folder,
    secrets,
    processes,
    storeOf,
    process(name) {
      const found = processes.find((each) => each.name === name);
      if (!found) throw new Error(`no process is called ${name}`);
      return found;
    },
    ready: async () => void (await Promise.all(processes.map((each) => each.ready()))),
    async stop() {
      const codes = await Promise.all(processes.map(async (each) => [each.name, await each.stop()] as const));
      return codes.filter(([, code]) => code !== 0).map(([name, code]) => `${name} ended with ${code}`);
    },
    async remove(keep) {
      for (const each of processes) {
        each.end();
        running.delete(each);
      }
      if (!keep) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
