import { type ServiceEntry, type ServiceName, services } from '@order-events/contracts';
import {
  type Auth,
  type Config,
  createAuth,
  createHealth,
  createLogger,
  createMetrics,
  type Env,
  type Health,
  type Logger,
  loadConfig,
  type Metrics,
  type Settings,
  tokenOptionsOf,
} from '@order-events/runtime';
import type { Given } from './definition.ts';
import { type brokerSettings, type ServiceSettings, settingsOf } from './settings.ts';

/** Every setting that libs/service itself reads. */
export type OwnConfig = Config<ServiceSettings> & Partial<Config<ReturnType<typeof brokerSettings>>>;

/** Parts that need nothing else: made first, and used by all others. */
export interface Around {
  readonly entry: ServiceEntry;
  readonly config: OwnConfig;
  readonly clock: () => Date;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly auth: Auth;
}

export function createAround(name: ServiceName, own: Settings, env: Env, given: Given): Around {
  const entry: ServiceEntry = services[name];
  const config = loadConfig({ ...settingsOf(entry), ...own }, env) as unknown as OwnConfig;
  const { clock = () => new Date(), log = createLogger({ service: name, level: config.LOG_LEVEL }) } = given;
  return {
    entry,
    config,
    clock,
    log,
    metrics: createMetrics(name),
    health: createHealth(),
    auth: createAuth({ ...tokenOptionsOf(config), service: name, clock }),
  };
}
