import { setTimeout as pause } from 'node:timers/promises';
import type { Progress } from './progress.ts';
import type { Stack } from './stack.ts';

/** Of a container that was never started there is nothing to show. */
const QUIET = ['healthy', 'created'];

/** Does the work that makes containers healthy and tells which are; when it fails, shows the logs of those that aren't. */
export async function watchHealth(stack: Stack, progress: Progress, work: Promise<void>): Promise<void> {
  const over = new AbortController();
  const watching = tellHealthy(stack, progress, over.signal);
  try {
    await work;
  } catch (error) {
    await showUnhealthy(stack, progress);
    throw error;
  } finally {
    over.abort();
    await watching;
  }
}

async function tellHealthy(stack: Stack, progress: Progress, over: AbortSignal): Promise<void> {
  const healthy = async () => {
    const containers = await stack.containers().catch(() => []);
    return { all: containers.length, now: containers.filter(({ health }) => health === 'healthy') };
  };
  const told = new Set((await healthy()).now.map(({ id }) => id));
  do {
    await pause(2_000, undefined, { signal: over }).catch(() => {});
    const { all, now } = await healthy();
    const news = now.filter(({ id }) => !told.has(id));
    for (const { id } of news) told.add(id);
    const names = news.map(({ service }) => service).join(', ');
    if (news.length > 0) progress.note(`healthy: ${names} (${now.length} of ${all})`);
  } while (!over.aborted);
}

async function showUnhealthy(stack: Stack, progress: Progress): Promise<void> {
  const containers = await stack.containers().catch(() => []);
  for (const { service, health } of containers.filter((container) => !QUIET.includes(container.health))) {
    progress.note(`${service} is ${health}; its last lines:`);
    console.log(await stack.logs(service).catch(String));
  }
}
