import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeWhole } from '../secrets/write-whole.mjs';
import type { Env } from './where.ts';

/**
 * Passwords of broker users, by name: from the environment (ORDERS_RABBITMQ_PASSWORD …), else from an env file with such
 * lines; those that are in neither are made and written there. The file is for its owner alone.
 */
export async function passwordsIn(file: string, names: readonly string[], env: Env): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const known = new Map(
    [...text.matchAll(/^([A-Z_]+)_RABBITMQ_PASSWORD=(.+)$/gm)].map(([, name, value]) => [name, value]),
  );
  const given = (name: string) => env[`${name.toUpperCase()}_RABBITMQ_PASSWORD`] || known.get(name.toUpperCase());
  const passwords = names.map((name) => [name, given(name) ?? randomBytes(24).toString('hex')] as const);
  const fresh = passwords.filter(([name]) => !given(name));
  if (fresh.length > 0) {
    await mkdir(dirname(file), { recursive: true });
    const lines = fresh.map(([name, password]) => `${name.toUpperCase()}_RABBITMQ_PASSWORD=${password}\n`);
    writeWhole(file, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${lines.join('')}`);
  }
  return Object.fromEntries(passwords);
}
