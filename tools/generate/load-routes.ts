import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serviceEntries } from '@order-events/contracts';
import type { Route } from '@order-events/runtime';

/** The routes of every service that has a broker or a store, by its name: `routes` of its `src/http.ts`. */
export async function loadRoutes(root: string): Promise<ReadonlyMap<string, readonly Route[]>> {
  const names = serviceEntries.filter(({ httpOnly }) => !httpOnly).map(({ name }) => name);
  const entries = names.map(async (name): Promise<[string, readonly Route[]]> => {
    const file = pathToFileURL(join(root, 'services', name, 'src', 'http.ts')).href;
    const { routes } = (await import(file)) as { routes(parts: unknown): readonly Route[] };
    return [name, routes(anything)];
  });
  return new Map(await Promise.all(entries));
}

// Routes are only described: no handler runs, so what handlers use is never touched.
const anything: unknown = new Proxy({}, { get: () => anything });
