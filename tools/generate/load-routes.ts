import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serviceEntries } from '@order-events/contracts';
import type { Route } from '@order-events/runtime';

/** The routes of every service that has a broker or a store, by its name. */
export async function loadRoutes(root: string): Promise<ReadonlyMap<string, readonly Route[]>> {
  const names = serviceEntries.filter(({ httpOnly }) => !httpOnly).map(({ name }) => name);
  const entries = names.map(async (name) => [name, await routesIn(join(root, 'services', name))] as const);
  return new Map(await Promise.all(entries));
}

/** The routes of the service in a folder: `routes` of its `src/http.ts`. */
export async function routesIn(folder: string): Promise<readonly Route[]> {
  const { routes } = (await import(pathToFileURL(join(folder, 'src', 'http.ts')).href)) as {
    routes(parts: unknown): readonly Route[];
  };
  return routes(anything);
}

// Routes are only described: no handler runs, so what handlers use is never touched.
const anything: unknown = new Proxy({}, { get: () => anything });
