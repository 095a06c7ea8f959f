import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Vhost } from './broker.ts';
import type { ProcessSystem } from './system.ts';

const main = join(import.meta.dirname, '..', '..', '..', '..', 'apps', 'operator', 'src', 'topology', 'main.ts');

/** Runs `npm run topology -- …` on this vhost. Rejects with what it said unless it ends with 0. */
export async function topologyCommand(args: readonly string[], vhost: Vhost, system: ProcessSystem): Promise<void> {
  const env = {
    PATH: process.env.PATH ?? '',
    RABBITMQ_URL: vhost.amqpUrl,
    RABBITMQ_MANAGEMENT_URL: vhost.managementUrl,
    AUDIT_SERVICE_URL: system.process('audit').url,
    ...system.secrets,
  };
  await promisify(execFile)(process.execPath, [main, ...args], { env, cwd: system.folder, timeout: 120_000 });
}
