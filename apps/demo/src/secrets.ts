import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signers, sourceOf } from '@order-events/contracts/services';
import { FolderError, reasonOf, writeWhole } from './kept-file.ts';

export interface Secrets {
  readonly ACCESS_TOKEN_SECRET: string;
  readonly ISSUER: string;
  readonly EVENT_SIGNING_KEYS: string;
}

const holders: readonly (readonly [name: string, source: string])[] = [
  ...signers.map((name) => [name, sourceOf(name)] as const),
  ['operators', '/operators'],
];

/**
 * Secrets of this checkout, made once and kept in the data folder, readable by its owner only. A service that is new since then gets its key;
 * the keys that are there stay. A file that can't be used is never replaced: what was signed with its keys would be refused. Throws
 * FolderError.
 */
export async function localSecrets(folder: string): Promise<Secrets> {
  const kept = await keptSecrets(folder);
  const secrets = kept ? { ...kept, EVENT_SIGNING_KEYS: withKeys(kept.EVENT_SIGNING_KEYS) } : newSecrets();
  if (kept?.EVENT_SIGNING_KEYS === secrets.EVENT_SIGNING_KEYS) return kept;
  await writeWhole(join(folder, 'secrets.json'), `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

/** The secrets of the data folder, if there are any yet. Throws FolderError. */
export async function keptSecrets(folder: string): Promise<Secrets | undefined> {
  const file = join(folder, 'secrets.json');
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new FolderError(`${file} can’t be read: ${reasonOf(cause)}`, { cause });
  });
  return text === undefined ? undefined : (parsed(text) ?? refuse(file, text, await readdir(folder)));
}

function refuse(file: string, text: string, beside: readonly string[]): never {
  const state = text.trim() === '' ? 'is empty' : 'is damaged';
  const advice = beside.some((name) => name.endsWith('.db'))
    ? 'put back a copy of it; without one, delete the whole folder: stored events are signed with the lost keys'
    : 'delete it; nothing is stored here yet';
  throw new FolderError(`${file} ${state}: ${advice}`);
}

function parsed(text: string): Secrets | undefined {
  try {
    const given = JSON.parse(text) as Partial<Secrets> | null;
    const parts = [given?.ACCESS_TOKEN_SECRET, given?.ISSUER, given?.EVENT_SIGNING_KEYS];
    return parts.every((part) => typeof part === 'string' && part !== '') ? (given as Secrets) : undefined;
  } catch {
    return undefined;
  }
}

/** One access secret, and keys: for every service one that may sign for it alone, one for what operators edit. */
export function newSecrets(): Secrets {
  return {
    ACCESS_TOKEN_SECRET: randomBytes(48).toString('base64url'),
    ISSUER: 'order-events',
    EVENT_SIGNING_KEYS: withKeys(''),
  };
}

/** The keys as they are, and behind them one for each holder that has none. */
function withKeys(present: string): string {
  const kept = present.split(',').filter((key) => key !== '');
  const sources = kept.map((key) => key.split(':')[1]);
  const fresh = holders
    .filter(([, source]) => !sources.includes(source))
    .map(([name, source]) => `${name}-1:${source}:${randomBytes(32).toString('base64')}`);
  return fresh.length === 0 ? present : [...kept, ...fresh].join(',');
}
