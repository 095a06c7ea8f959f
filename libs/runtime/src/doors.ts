import type { RequestHandler } from 'express';
import type { Health } from './health.ts';
import { createHttp, type Http, type HttpOptions } from './http.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { Part } from './service.ts';

/** WebSockets, on the port of the routes. */
export interface Upgrades {
  /** Below it, with a slash, offers to upgrade are taken. */
  readonly path: string;
  /** Called just before the port opens. */
  attach(http: Http): void;
  /** Called just before the port closes, to end every connection; left out: they are cut with the port. */
  detach?(): void;
}

/** What a service offers over HTTP. */
export interface Doors {
  /** In the order in which they are asked. */
  readonly routes?: readonly RequestHandler[];
  readonly upgrades?: Upgrades;
  /** As of createHttp. */
  readonly bodyLimit?: HttpOptions['bodyLimit'];
  /** Port of /livez, /readyz and /metrics where the port of the routes is open to the world; left out: the same one. */
  readonly operationsPort?: number;
}

/** Settings that decide where a service listens. */
export interface DoorSettings {
  readonly PORT: number;
  readonly HOST?: string | undefined;
  readonly TRUST_PROXY?: string | undefined;
}

export interface Around {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
}

export interface OpenedDoors {
  readonly parts: readonly Part[];
  /** Both are known after the start. */
  readonly url: string;
  readonly operationsUrl: string;
}

/** The parts that listen. They come last in a service: the first to stop is what brings new work. */
export function openDoors(doors: Doors, settings: DoorSettings, around: Around): OpenedDoors {
  const { routes = [], upgrades, bodyLimit, operationsPort } = doors;
  const { PORT, HOST: host, TRUST_PROXY: trustProxy } = settings;
  const apart = operationsPort === undefined ? undefined : createHttp({ ...around, host });
  const http = createHttp({
    ...around,
    host,
    trustProxy,
    operations: apart === undefined,
    ...(bodyLimit !== undefined && { bodyLimit }),
    ...(upgrades && { upgradePath: upgrades.path }),
  });
  for (const route of routes) http.app.use(route);
  const operations = apart && { name: 'operations', start: () => apart.start(operationsPort ?? 0), stop: apart.stop };
  return {
    parts: [...(operations ? [operations] : []), listening(http, PORT, upgrades)],
    get url() {
      return http.url;
    },
    get operationsUrl() {
      return (apart ?? http).url;
    },
  };
}

function listening(http: Http, port: number, upgrades: Upgrades | undefined): Part {
  return {
    name: 'http',
    async start() {
      upgrades?.attach(http);
      try {
        await http.start(port);
      } catch (error) {
        upgrades?.detach?.();
        throw error;
      }
    },
    async stop() {
      upgrades?.detach?.();
      await http.stop();
    },
  };
}
