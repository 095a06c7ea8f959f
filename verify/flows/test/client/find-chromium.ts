import { existsSync } from 'node:fs';
import { aptInstall, canInstall } from '@order-events/tools/apt-get';

const debians = '/usr/bin/chromium';
const installMs = 4 * 60_000;

/** The Chromium that CHROMIUM names, else Debian's, which is installed where that can be done; else why there is none. */
export async function findChromium(): Promise<{ readonly file: string } | { readonly lacking: string }> {
  const { CHROMIUM: file = debians } = process.env;
  if (existsSync(file)) return { file };
  const lacking = `there is no ${file}; CHROMIUM names another`;
  if (file !== debians || !canInstall()) return { lacking };
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  try {
    await aptInstall('chromium', say, AbortSignal.timeout(installMs));
    return { file };
  } catch (error) {
    return { lacking: `${lacking}; ${error instanceof Error ? error.message : error}` };
  }
}
