import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { NoBrokerError, type Say } from './broker.ts';

const POLICY = '/usr/sbin/policy-rc.d';

/** Whether packages can be installed here without asking anyone: as root, on Debian or a child of it. */
export async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await exists('/usr/bin/apt-get'));
}

/** Installs Debian's rabbitmq-server without starting it as a system service. */
export async function installRabbitMq(say: Say): Promise<void> {
  say('installing rabbitmq-server with apt-get (about a minute)');
  await withoutServices(async () => {
    await aptGet(['update'], say);
    await aptGet(['install', '--yes', '--no-install-recommends', 'rabbitmq-server'], say);
  });
}

/** Debian asks this file before a package starts its service; one that is there already keeps its say. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  const own = !(await exists(POLICY));
  if (own) await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    if (own) await rm(POLICY, { force: true });
  }
}

async function aptGet(args: readonly string[], say: Say): Promise<void> {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const apt = spawn('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  createInterface(apt.stdout).on('line', (line) => /^(Get|Unpacking|Setting up)/.test(line) && say(`  ${line}`));
  createInterface(apt.stderr).on('line', (line) => errors.push(line));
  const [code] = await once(apt, 'close');
  if (code !== 0) throw new NoBrokerError(`apt-get ${args.join(' ')} failed: ${errors.slice(-3).join(' ')}`);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
