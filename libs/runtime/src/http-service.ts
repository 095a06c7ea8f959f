import { type Config, type Env, loadConfig, type Settings } from './config.ts';
import { type Around, type DoorSettings, type Doors, type OpenedDoors, openDoors } from './doors.ts';
import { createHealth } from './health.ts';
import { createLogger, type Logger, type LogLevel } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { composeService, type Part, type Service } from './service.ts';

/** What a service that has only HTTP gets to open itself. */
export interface HttpParts<C> extends Around {
  readonly config: C;
}

/** Its doors, and what stands behind them: started before they open, in this order, and stopped after they have closed. */
export interface OpenedHttp extends Doors {
  readonly parts?: readonly Part[];
}

export interface HttpServiceDefinition<S extends Settings> {
  readonly name: string;
  /** All its settings, httpSettings() among them. */
  readonly settings: S;
  open(parts: HttpParts<Config<S>>): OpenedHttp | Promise<OpenedHttp>;
}

export interface HttpService extends Service {
  /** Where /livez, /readyz and /metrics answer; known after start. */
  readonly operationsUrl: string;
}

export interface DefinedHttpService<S extends Settings> extends HttpServiceDefinition<S> {
  /** Reads the settings and makes the service, without a side effect. Throws ConfigError with every fault at once. */
  create(env: Env, given?: { readonly log?: Logger }): HttpService;
}

/** A service with neither store nor messages: a gateway, a sandbox. All others are made by libs/service. */
export function defineHttpService<S extends Settings>(definition: HttpServiceDefinition<S>): DefinedHttpService<S> {
  return { ...definition, create: (env, given = {}) => create(definition, env, given.log) };
}

function create<S extends Settings>(definition: HttpServiceDefinition<S>, env: Env, given?: Logger): HttpService {
  const { name } = definition;
  const config = loadConfig(definition.settings, env);
  const settings = config as unknown as DoorSettings & { readonly LOG_LEVEL: LogLevel };
  const log = given ?? createLogger({ service: name, level: settings.LOG_LEVEL });
  const around = { log, metrics: createMetrics(name), health: createHealth() };
  let doors: OpenedDoors | undefined;

  async function* parts(): AsyncGenerator<Part> {
    const { parts: behind = [], ...opened } = await definition.open({ ...around, config });
    yield* behind;
    doors = openDoors(opened, settings, around);
    yield* doors.parts;
  }

  const url = () => doors?.url ?? '';
  const { start, stop } = composeService(name, log, parts(), url);
  return {
    name,
    start,
    stop,
    get url() {
      return url();
    },
    get operationsUrl() {
      return doors?.operationsUrl ?? '';
    },
  };
}
