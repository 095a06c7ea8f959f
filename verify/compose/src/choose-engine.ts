import { baseImages, pullBaseImages } from './base-images.ts';
import { provideCompose } from './compose-plugin.ts';
import { type Engine, presentEngine } from './engine.ts';
import { startOwnEngine } from './own-engine.ts';
import type { Progress } from './progress.ts';
import { buildStandIns } from './stand-ins.ts';

/**
 * An engine that has the base images: the one that is here if it can pull them, else an own one. Stand-ins carry the
 * names of well-known images, so they are built in an own engine only. Throws Skipped where neither is possible.
 */
export async function chooseEngine(root: string, progress: Progress, signal: AbortSignal): Promise<Engine> {
  const images = await baseImages(root);
  const present = await presentEngine();
  if (present !== undefined && (await pullBaseImages(present, images, signal))) return present;
  const own = await progress.prepare('start an own Docker engine', () => startOwnEngine(signal));
  try {
    await provideCompose(own, progress, signal);
    if (!(await pullBaseImages(own, images, signal))) await buildStandIns(own, root, progress, signal);
    return own;
  } catch (error) {
    await own.stop();
    throw error;
  }
}
