import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The gateway's URL and an access token: from GATEWAY_URL and TOKEN, else from the file that a running `npm start` has written. */
export function findSystem() {
  const { GATEWAY_URL, TOKEN, DATA_FOLDER = 'data' } = process.env;
  if (GATEWAY_URL && TOKEN) return { gateway: GATEWAY_URL, token: TOKEN };
  try {
    const { gateway, tokens } = JSON.parse(readFileSync(join(DATA_FOLDER, 'running.json'), 'utf8'));
    return { gateway: GATEWAY_URL ?? gateway, token: TOKEN ?? tokens.customer };
  } catch {
    console.error('no system runs here: run npm start, or set GATEWAY_URL and TOKEN');
    process.exit(1);
  }
}
