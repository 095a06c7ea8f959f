import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addresses, routes } from './addresses.ts';
import { floors, processes } from './architecture.ts';
import { withBlocks } from './blocks.ts';
import { loadRoutes, routesIn } from './load-routes.ts';
import { messageWay, orderStates } from './pictures.ts';
import { routeTable } from './route-table.ts';

type Blocks = Readonly<Record<string, () => string>>;

/** Pages that are written by hand but for these blocks. */
const pages: Readonly<Record<string, Blocks>> = {
  'README.md': {
    addresses,
    'order states': orderStates,
    "a message's way": messageWay,
  },
  'services/gateway/README.md': { routes },
  'docs/architecture.md': { processes, libs: floors },
};

export async function generatedBlocks(root: string): Promise<Map<string, string>> {
  const tables = [...(await loadRoutes(root))].map(([name, served]): [string, Blocks] => [
    `services/${name}/README.md`,
    { routes: () => routeTable(served) },
  ]);
  // npm run new copies it, block and all.
  const ofExample = await routesIn(join(root, 'examples', 'gifts'));
  const example: [string, Blocks] = ['examples/gifts/README.md', { routes: () => routeTable(ofExample) }];
  const entries = [...Object.entries(pages), ...tables, example].map(
    async ([path, blocks]): Promise<[string, string]> => {
      const contents = Object.entries(blocks).map(([name, content]) => [name, content()] as const);
      return [path, withBlocks(await readFile(join(root, path), 'utf8'), Object.fromEntries(contents))];
    },
  );
  return new Map(await Promise.all(entries));
}
