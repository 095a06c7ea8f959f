import { openApi } from '@order-events/runtime';
import { loadRoutes } from './load-routes.ts';

/** `docs/openapi/<service>.json`: what the service answers at `/openapi.json`. */
export async function openApiFiles(root: string): Promise<Map<string, string>> {
  const files = [...(await loadRoutes(root))].map(([name, routes]): [string, string] => [
    `docs/openapi/${name}.json`,
    `${JSON.stringify(openApi(name, routes), null, 2)}\n`,
  ]);
  return new Map(files);
}
