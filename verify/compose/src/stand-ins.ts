import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standInMark } from './base-images.ts';
import { provideDebian } from './debian-image.ts';
import type { Engine } from './engine.ts';
import type { Progress } from './progress.ts';
import { run } from './run-command.ts';

const sources = join(import.meta.dirname, 'stand-ins');

/** Builds images under the names of the real ones, from Debian packages, npm and Maven Central. */
export async function buildStandIns(
  engine: Engine,
  root: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const node = await nodePackage(root);
  const mark = await fingerprint(node);
  const images = (await composeStandIns(engine, ['config', '--images'], { CONTEXTS: sources, MARK: mark })).split('\n');
  const marks = await Promise.all(images.filter(Boolean).map((image) => standInMark(engine, image)));
  if (marks.every((found) => found === mark)) return progress.note('stand-ins are there from an earlier run');
  await provideDebian(engine, progress, signal);
  await progress.prepare('build stand-ins for the base images', async () => {
    const contexts = await mkdtemp(join(tmpdir(), 'order-events-stand-ins-'));
    try {
      await assembleContexts(contexts, node, signal);
      await composeStandIns(engine, ['build'], { CONTEXTS: contexts, MARK: mark }, signal);
    } finally {
      await rm(contexts, { recursive: true });
    }
  });
}

function composeStandIns(
  engine: Engine,
  args: string[],
  env: Record<string, string>,
  signal?: AbortSignal,
): Promise<string> {
  const options = { env, timeout: 900_000, ...(signal && { signal }) };
  return engine.docker(['compose', '--file', join(sources, 'compose.yml'), ...args], options);
}

/** The platform package that brings Node to this checkout brings it to the stand-in too, in the same version. */
async function nodePackage(root: string): Promise<string> {
  const name = `node-linux-${process.arch}`;
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    optionalDependencies?: Record<string, string>;
  };
  const version = manifest.optionalDependencies?.[name];
  if (version === undefined) throw new Error(`package.json names no ${name}`);
  return `${name}@${version}`;
}

async function fingerprint(node: string): Promise<string> {
  const hash = createHash('sha256').update(node);
  for (const entry of (await readdir(sources, { recursive: true, withFileTypes: true })).filter((file) =>
    file.isFile(),
  )) {
    const path = join(entry.parentPath, entry.name);
    hash.update(path.slice(sources.length)).update(await readFile(path));
  }
  return hash.digest('hex').slice(0, 16);
}

async function assembleContexts(contexts: string, node: string, signal: AbortSignal): Promise<void> {
  await cp(sources, contexts, { recursive: true });
  const install = join(contexts, 'npm');
  const packages = join(contexts, 'node', 'packages');
  const flags = ['--prefix', install, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...flags, node, 'npm@11'], { signal });
  await mkdir(packages);
  const name = node.slice(0, node.lastIndexOf('@'));
  await cp(join(install, 'node_modules', name, 'bin', 'node'), join(packages, 'node'));
  await cp(join(install, 'node_modules', 'npm'), join(packages, 'npm'), { recursive: true });
}
