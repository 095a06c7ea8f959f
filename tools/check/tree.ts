import { execFile } from 'node:child_process';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import type { Arrow } from './arrows.ts';
import { readSource, type SourceFile } from './source-file.ts';
import type { Workspace } from './workspaces.ts';

const run = promisify(execFile);

export async function readWorkspaces(root: string): Promise<Workspace[]> {
  const { workspaces } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { workspaces: string[] };
  const manifests = await Array.fromAsync(
    glob(
      workspaces.map((folder) => `${folder}/package.json`),
      { cwd: root },
    ),
  );
  return Promise.all(
    manifests.map(async (manifest) => {
      const {
        name,
        dependencies = {},
        devDependencies = {},
      } = JSON.parse(await readFile(join(root, manifest), 'utf8'));
      const folder = slashed(dirname(manifest));
      return { name, folder, dependencies: Object.keys(dependencies), devDependencies: Object.keys(devDependencies) };
    }),
  );
}

const NOT_OURS = ['**/node_modules', '.git', '.nx', '**/data', 'coverage'];

/** The TypeScript files of a pattern; of the whole repository, in a workspace or not, without one. */
export async function readSources(root: string, pattern = '**/*.ts'): Promise<SourceFile[]> {
  const paths = await Array.fromAsync(glob(pattern, { cwd: root, exclude: NOT_OURS }));
  return Promise.all(paths.map(async (path) => readSource(slashed(path), await readFile(join(root, path), 'utf8'))));
}

/** Every page of the tree, from the root. */
export async function readPages(root: string): Promise<string[]> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'];
  const { stdout } = await run('git', args, { cwd: root });
  return stdout.split('\n').filter((path) => path !== '');
}

/** The arrows between workspaces as Nx finds them, from imports and from each package.json. */
export async function readArrows(root: string, workspaces: readonly Workspace[]): Promise<Arrow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'order-events-graph-'));
  try {
    const file = join(folder, 'graph.json');
    const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false' };
    await run(process.execPath, [join(root, 'node_modules/nx/dist/bin/nx.js'), 'graph', `--file=${file}`], {
      cwd: root,
      env,
    });
    return arrowsOf(JSON.parse(await readFile(file, 'utf8')), workspaces);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface NxGraph {
  graph: { dependencies: Record<string, { source: string; target: string }[]> };
}

function arrowsOf({ graph }: NxGraph, workspaces: readonly Workspace[]): Arrow[] {
  const folders = new Map(workspaces.map(({ name, folder }) => [name, folder]));
  return Object.values(graph.dependencies).flatMap((dependencies) =>
    dependencies.flatMap(({ source, target }) => {
      const [from, to] = [folders.get(source), folders.get(target)];
      return from && to ? [{ from, to }] : [];
    }),
  );
}

const slashed = (path: string) => path.split(sep).join('/');
