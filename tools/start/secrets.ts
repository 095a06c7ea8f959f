import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Secrets {
  readonly ACCESS_TOKEN_SECRET: string;
  readonly ISSUER: string;
  readonly EVENT_SIGNING_KEYS: string;
}

const sources = ['orders', 'inventory', 'payments', 'customers', 'email', 'notifications', 'audit'];

/** Secrets of this checkout, made once and kept in the data folder, readable by its owner only. */
export async function localSecrets(folder: string): Promise<Secrets> {
  const file = join(folder, 'secrets.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Secrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const secrets = newSecrets();
  await mkdir(folder, { recursive: true });
  await writeFile(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

/** One access secret, and keys: for every service one that may sign for it alone, one for what operators edit. */
export function newSecrets(): Secrets {
  const key = (name: string, source: string) => `${name}-1:${source}:${randomBytes(32).toString('base64')}`;
  const services = sources.map((name) => key(name, `/services/${name}`));
  return {
    ACCESS_TOKEN_SECRET: randomBytes(48).toString('base64url'),
    ISSUER: 'order-events',
    EVENT_SIGNING_KEYS: [...services, key('operators', '/operators')].join(','),
  };
}
