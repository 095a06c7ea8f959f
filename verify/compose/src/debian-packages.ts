import { readFile } from 'node:fs/promises';
import { Skipped } from './progress.ts';
import { run, succeeds } from './run-command.ts';

/** What an own engine takes: program and the package that has it. */
const NEEDED = { docker: 'docker-cli', dockerd: 'docker.io', debootstrap: 'debootstrap', iptables: 'iptables' };

/** Throws Skipped where an own engine cannot be brought at all. */
export async function refuseOtherMachines(): Promise<void> {
  const reason = 'no Docker engine here with Compose v2 and the base images, and bringing one';
  if (process.platform !== 'linux') throw new Skipped(`${reason} needs Linux`);
  if (process.getuid?.() !== 0) throw new Skipped(`${reason} needs root`);
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (!/^ID="?debian"?$/m.test(release)) throw new Skipped(`${reason} needs Debian`);
}

/** Installs the packages an own engine takes, those that are missing. */
export async function installEnginePackages(signal: AbortSignal): Promise<void> {
  const missing: string[] = [];
  for (const [program, name] of Object.entries(NEEDED)) {
    if (!(await succeeds('sh', ['-c', `command -v ${program}`]))) missing.push(name);
  }
  if (missing.length === 0) return;
  try {
    await aptInstall(missing, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new Skipped(`Debian's ${missing.join(', ')} cannot be installed`, { cause });
  }
}

async function aptInstall(names: string[], options: { env: NodeJS.ProcessEnv; signal: AbortSignal }): Promise<void> {
  await run('apt-get', ['update'], options);
  // Up to Debian 12 the client is part of docker.io.
  const hasClientPackage = await succeeds('apt-cache', ['show', 'docker-cli'], options);
  const wanted = names.map((name) => (name === 'docker-cli' && !hasClientPackage ? 'docker.io' : name));
  await run('apt-get', ['install', '--yes', '--no-install-recommends', ...new Set(wanted)], options);
}
