import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DlqError, EXIT } from './errors.ts';

export interface Address {
  readonly url: string;
  readonly token: string;
}

interface Running {
  readonly gateway: string;
  readonly tokens: { readonly admin: string };
}

/** Where the gateway answers, and as whom to ask: as given, else the system that `npm start` runs here. */
export async function findSystem(
  given: { readonly url?: string | undefined; readonly token?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): Promise<Address> {
  const { url = env.GATEWAY_URL, token = env.ADMIN_TOKEN } = given;
  if (url !== undefined && token !== undefined) return { url: url.replace(/\/$/, ''), token };
  const file = join(env.DATA_FOLDER ?? 'data', 'running.json');
  try {
    const { gateway, tokens } = JSON.parse(await readFile(file, 'utf8')) as Running;
    return { url: (url ?? gateway).replace(/\/$/, ''), token: token ?? tokens.admin };
  } catch (cause) {
    const hint = `no system runs here (${file}): npm start, or give --url and --token (GATEWAY_URL, ADMIN_TOKEN)`;
    throw new DlqError(EXIT.failed, hint, { cause });
  }
}
