import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { succeeds } from './run-command.ts';

const PULL_LIMIT = 300_000;

/** The images that the Dockerfile and docker-compose.yml start from, as they are written there. */
export async function baseImages(root: string): Promise<string[]> {
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8');
  const compose = await readFile(join(root, 'docker-compose.yml'), 'utf8');
  const from = dockerfile.matchAll(/^FROM (\S+)/gm);
  const used = compose.matchAll(/^\s+image: (\S+)/gm);
  const names = [...from, ...used].map(([, name]) => name ?? '');
  return [...new Set(names)].filter((name) => !name.startsWith('order-events/'));
}

/** Makes the base images present from wherever the engine pulls; false when one can't be had. */
export async function pullBaseImages(engine: Engine, images: readonly string[], signal: AbortSignal): Promise<boolean> {
  for (const image of images) {
    const options = { env: engine.env, signal };
    const present = await succeeds('docker', ['image', 'inspect', image], options);
    if (present && !(await isStandIn(engine, image))) continue;
    if (!(await succeeds('docker', ['pull', '--quiet', image], { ...options, timeout: PULL_LIMIT }))) return false;
  }
  return true;
}

/** What a stand-in was built from, or an empty string for a real image or none. */
export async function standInMark(engine: Engine, image: string): Promise<string> {
  const format = '{{index .Config.Labels "order-events.stand-in"}}';
  return (await engine.docker(['image', 'inspect', '--format', format, image]).catch(() => '')).trim();
}

async function isStandIn(engine: Engine, image: string): Promise<boolean> {
  return (await standInMark(engine, image)) !== '';
}
