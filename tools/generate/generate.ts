import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { generateContracts } from '@order-events/contracts/generate';
import { clientPackage } from './client-package.ts';
import { completeLockfile } from './lockfile.ts';
import { openApiFiles } from './openapi-files.ts';
import { generatedBlocks } from './pages.ts';
import { secretHolders } from './secret-holders.ts';
import { topologyPage } from './topology-page.ts';

/** Gives the files it is responsible for: their text by path, absolute or from the root. It writes nothing itself. */
export type Generator = (root: string) => Map<string, string> | Promise<Map<string, string>>;

const generators: readonly Generator[] = [
  generateContracts,
  clientPackage,
  topologyPage,
  generatedBlocks,
  openApiFiles,
  secretHolders,
  lockfile,
];

async function lockfile(root: string): Promise<Map<string, string>> {
  const path = 'package-lock.json';
  return new Map([[path, completeLockfile(await readFile(join(root, path), 'utf8'))]]);
}

export interface Stale {
  readonly path: string;
  readonly why: 'is missing' | 'is stale';
  readonly content: string;
}

/** The generated files that are not as they would be written now. */
export async function staleFiles(root: string): Promise<Stale[]> {
  const stale: Stale[] = [];
  for (const generator of generators) {
    for (const [path, content] of await generator(root)) {
      const file = resolve(root, path);
      const present = await readFile(file, 'utf8').catch(() => undefined);
      const why = present === undefined ? 'is missing' : 'is stale';
      if (present !== content) stale.push({ path: relative(root, file), why, content });
    }
  }
  return stale;
}

/** Writes what is not as it should be, and gives those paths. */
export async function generate(root: string): Promise<string[]> {
  const stale = await staleFiles(root);
  for (const { path, content } of stale) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return stale.map(({ path }) => path);
}
