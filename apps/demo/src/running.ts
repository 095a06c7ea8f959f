import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from './kept-file.ts';

/** Addresses and tokens of the system that runs here, for whoever works with it. */
export interface Running {
  readonly services: Readonly<Record<string, string>>;
  readonly gateway: string;
  readonly rabbitmq: { readonly amqp: string; readonly management?: string | undefined };
  readonly tokens: { readonly customer: string; readonly admin: string };
}

/** Writes running.json; what it gives back takes it away again, unless another has written one meanwhile. */
export async function tellRunning(folder: string, running: Running): Promise<() => Promise<void>> {
  const file = join(folder, 'running.json');
  const text = `${JSON.stringify(running, null, 2)}\n`;
  await writeWhole(file, text);
  return async () => {
    const present = await readFile(file, 'utf8').catch(() => undefined);
    if (present === text) await rm(file, { force: true });
  };
}
