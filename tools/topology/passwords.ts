import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';

/**
 * Passwords of broker users, by name, from an env file with lines such as ORDERS_RABBITMQ_PASSWORD=…; those it lacks are
 * made and written there. The file is for its owner alone.
 */
export async function passwordsIn(file: string, names: readonly string[]): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const known = new Map(
    [...text.matchAll(/^([A-Z_]+)_RABBITMQ_PASSWORD=(.+)$/gm)].map(([, name, value]) => [name, value]),
  );
  const passwords = names.map(
    (name) => [name, known.get(name.toUpperCase()) ?? randomBytes(24).toString('hex')] as const,
  );
  const fresh = passwords.filter(([name]) => !known.has(name.toUpperCase()));
  if (fresh.length > 0) {
    const lines = fresh.map(([name, password]) => `${name.toUpperCase()}_RABBITMQ_PASSWORD=${password}\n`);
    await writeFile(file, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${lines.join('')}`, { mode: 0o600 });
    await chmod(file, 0o600);
  }
  return Object.fromEntries(passwords);
}
