import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { withHeartbeat } from './heartbeat.mjs';

const POLICY = '/usr/sbin/policy-rc.d';

/** Whether packages can be installed here without asking anyone: as root, on Debian or a child of it. */
export function canInstall() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/**
 * Installs a Debian package without starting a system service of it. Rejects with what apt-get complained about.
 *
 * @param {string} name
 * @param {(line: string) => void} say
 */
export async function aptInstall(name, say) {
  say(`installing ${name} with apt-get`);
  // Debian asks this file before a package starts its service; one that is there already keeps its say.
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await withHeartbeat(say, async () => {
      await aptGet(['update']);
      await aptGet(['install', '--yes', '--no-install-recommends', name]);
    });
  } finally {
    if (ownPolicy) rmSync(POLICY, { force: true });
  }
}

/** @param {string[]} args */
async function aptGet(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = spawn('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  /** @type {string[]} */
  const complaints = [];
  createInterface(apt.stderr).on('line', (line) => complaints.push(line));
  const [code] = await once(apt, 'close');
  if (code !== 0) throw new Error(`apt-get ${args.join(' ')} failed: ${complaints.slice(-3).join(' ')}`);
}
