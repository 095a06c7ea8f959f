import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withHeartbeat } from './heartbeat.mjs';
import { runChild } from './run-child.mjs';

const POLICY = '/usr/sbin/policy-rc.d';

/** Whether packages can be installed here without asking anyone: as root, on Debian or a child of it. */
export function canInstall() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/**
 * Installs a Debian package without starting a system service of it. Rejects with what apt-get complained about, or with the signal's
 * reason: what is fetched is given up at once, what is being installed is finished first, because half a package helps nobody.
 *
 * @param {string} name
 * @param {(line: string) => void} say
 * @param {AbortSignal} [signal]
 */
export async function aptInstall(name, say, signal) {
  say(`installing ${name} with apt-get`);
  const install = ['install', '--yes', '--no-install-recommends', name];
  // Debian asks this file before a package starts its service; one that is there already keeps its say.
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await withHeartbeat(say, async () => {
      await aptGet(['update'], signal);
      await aptGet(['--download-only', ...install], signal);
      await aptGet(install);
    });
  } finally {
    if (ownPolicy) rmSync(POLICY, { force: true });
  }
  signal?.throwIfAborted();
}

/**
 * @param {string[]} args
 * @param {AbortSignal} [signal]
 */
async function aptGet(args, signal) {
  const folder = mkdtempSync(join(tmpdir(), 'order-events-apt-'));
  const complaints = join(folder, 'complaints');
  const stderr = openSync(complaints, 'w');
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    // Packages have files for everybody, however few rights our own files have.
    const command = ['-c', 'umask 022 && exec apt-get "$@"', 'apt-get', '-o', 'DPkg::Lock::Timeout=120', ...args];
    const code = await runChild('sh', command, { env, stdio: ['ignore', 'ignore', stderr] }, signal);
    const said = () => readFileSync(complaints, 'utf8').trim().split('\n').slice(-3).join(' ');
    if (code !== 0) throw new Error(`apt-get ${args.join(' ')} failed: ${said()}`);
  } finally {
    closeSync(stderr);
    rmSync(folder, { recursive: true, force: true });
  }
}
