import { compile } from '@order-events/contracts';
import {
  type Config,
  composeService,
  createRouter,
  type Doors,
  type Env,
  type OpenedDoors,
  openDoors,
  type Part,
  type Service,
  type Settings,
} from '@order-events/runtime';
import { createSweep, openStore, type Relay, type Store, type Sweep } from '@order-events/store';
import { type Around, createAround } from './around.ts';
import { Broker } from './broker.ts';
import { type CallsOut, createCallsOut } from './calls.ts';
import type { DefinedService, Given, Job, Opened, Parts, ServiceDefinition } from './definition.ts';
import { inOrder } from './order.ts';
import type { ServiceSettings } from './settings.ts';

const hourMs = 60 * 60_000;

/** A service as a value. Its `create` alone knows how a service is put together, and in which order it starts and stops. */
// biome-ignore lint/complexity/noBannedTypes: no settings of its own
export function defineService<S extends Settings = {}, O extends Opened = Opened>(
  definition: ServiceDefinition<S, O>,
): DefinedService<S, O> {
  return { ...definition, create: (env, given = {}) => create(definition, env, given) };
}

function create<S extends Settings, O extends Opened>(
  { name, settings = {} as S, open }: ServiceDefinition<S, O>,
  env: Env,
  given: Given,
): Service {
  const around = createAround(name, settings, env, given);
  const { config, log } = around;
  let doors: OpenedDoors | undefined;

  async function* parts(): AsyncGenerator<Part> {
    const store = given.store ?? (await openStore(config.STORE_URL));
    yield { name: 'store', stop: () => store.close() };
    around.health.add('store', () => store.ping().then(() => ({ ok: true })));
    const calls = createCallsOut(around, given);
    yield { name: 'calls', stop: calls.stop };
    const broker = new Broker(around, given);
    const opened = await open(partsFor<Config<S & ServiceSettings>>(around, { store, calls, broker }));
    await broker.subscribe(opened.subscriptions ?? [], store);
    for (const [check, run] of Object.entries(opened.checks ?? {})) around.health.add(check, run);
    doors = given.http === false ? undefined : openDoors(doorsOf(opened, around), config, around);
    const sweeps = sweepsOf(opened, around, broker.made.relay);
    yield* inOrder({ ...broker.made, parts: opened.parts ?? [], sweeps, doors: doors?.parts ?? [] });
  }

  return composeService(name, log, parts(), () => doors?.url ?? '');
}

interface Made {
  readonly store: Store;
  readonly calls: CallsOut;
  readonly broker: Broker;
}

function partsFor<C>({ config, clock, log, metrics, auth }: Around, { store, calls, broker }: Made): Parts<C> {
  return {
    config: config as unknown as C,
    clock,
    log,
    metrics,
    auth,
    store,
    client: calls.client,
    onEnd: calls.onEnd,
    get keys() {
      return broker.keys;
    },
    outbox: (limits) => broker.outbox(limits),
    consumer: (queue) => broker.consumer(queue),
    live: (onMessage, options) => broker.live(onMessage, options),
    letters: () => broker.letters(),
  };
}

function doorsOf({ routes = [], requestsPerMinute: limit, upgrades }: Opened, { entry, auth }: Around): Doors {
  const rateLimit = limit === undefined ? undefined : { limit, windowSeconds: 60 };
  const router = createRouter(routes, { service: entry.name, auth, compile, rateLimit });
  return { routes: [router], ...(upgrades && { upgrades }) };
}

function sweepsOf({ jobs = [], hourlyJobs = [] }: Opened, { log }: Around, relay: Relay | undefined): Sweep[] {
  const often: readonly Job[] = relay ? [() => relay.sweep(), ...jobs] : jobs;
  return [
    ...(often.length > 0 ? [createSweep({ jobs: often, log })] : []),
    ...(hourlyJobs.length > 0 ? [createSweep({ jobs: hourlyJobs, log, everyMs: hourMs })] : []),
  ];
}
