import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceEntries } from '@order-events/contracts';
import { staleFiles } from '../generate/generate.ts';
import { wrongArrows } from './arrows.ts';
import { brokenBy } from './boundaries.ts';
import { command, typeErrors } from './command.ts';
import { composeProblems } from './compose.ts';
import { envExampleProblems } from './env-example.ts';
import { deadLinks } from './links.ts';
import { wrongManifests } from './manifests.ts';
import { misplacedServices } from './services.ts';
import { readArrows, readPages, readSources, readWorkspaces } from './tree.ts';

/** One thing that has to hold. `problems` gives what does not, as text for people; nothing when all is well. */
export interface Step {
  readonly name: string;
  problems(root: string): Promise<readonly string[]>;
}

export const steps: readonly Step[] = [
  { name: 'types', problems: typeErrors },
  { name: 'style', problems: (root) => command(root, '@biomejs/biome/bin/biome', ['check', '--max-diagnostics=100']) },
  { name: 'boundaries', problems: boundaries },
  { name: 'services', problems: services },
  { name: 'generated files', problems: generated },
  { name: 'links', problems: async (root) => deadLinks(root, await readPages(root)) },
];

async function boundaries(root: string): Promise<string[]> {
  const workspaces = await readWorkspaces(root);
  const [sources, arrows] = await Promise.all([readSources(root), readArrows(root, workspaces)]);
  return [
    ...wrongArrows(arrows),
    ...wrongManifests(workspaces),
    ...sources.flatMap((file) => brokenBy(file, workspaces)),
  ];
}

/** What follows from the services' values by hand: folders, subscriptions, docker-compose.yml and .env.example. */
async function services(root: string): Promise<string[]> {
  const [workspaces, sources] = await Promise.all([
    readWorkspaces(root),
    readSources(root, '{services,sandboxes}/*/src/**/*.ts'),
  ]);
  const [compose, example] = await Promise.all(
    ['docker-compose.yml', '.env.example'].map((file) => readFile(join(root, file), 'utf8')),
  );
  return [
    ...misplacedServices(serviceEntries, workspaces, sources),
    ...composeProblems(compose ?? '', serviceEntries),
    ...envExampleProblems(example ?? '', compose ?? ''),
  ];
}

async function generated(root: string): Promise<string[]> {
  const stale = await staleFiles(root);
  return stale.map(({ path, why }) => `${path} ${why}: npm run generate writes it`);
}
