import { DEBIAN, provideDebian } from './debian-image.ts';
import { composeWorks, type Engine } from './engine.ts';
import { pluginFolder } from './own-engine.ts';
import type { Progress } from './progress.ts';

/** Compose v2 comes from Debian's package, taken out of a container: Debian 12 itself has only Compose v1. */
export async function provideCompose(engine: Engine, progress: Progress, signal: AbortSignal): Promise<void> {
  if (await composeWorks(engine.env)) return;
  await provideDebian(engine, progress, signal);
  await progress.prepare("take Compose v2 from Debian's docker-compose", async () => {
    const install = 'apt-get update && apt-get install --yes --no-install-recommends docker-compose';
    const script = `${install} && cp /usr/libexec/docker/cli-plugins/docker-compose /plugins/`;
    await engine.docker(['run', '--rm', '--volume', `${pluginFolder}:/plugins`, DEBIAN, 'sh', '-c', script], {
      signal,
    });
  });
}
