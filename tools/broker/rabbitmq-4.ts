import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { aptInstall, canInstall } from '../setup/apt-get.mjs';
import { NoBrokerError, type Say } from './broker.ts';
import type { Installed } from './installed.ts';

const run = promisify(execFile);
const SUITE = 'trixie';
const MIRROR = 'http://deb.debian.org/debian';
const MINUTES = 60_000;
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

const cache = () => process.env.ORDER_EVENTS_CACHE ?? join(homedir(), '.cache', 'order-events');

/**
 * RabbitMQ 4 from a Debian that carries it, in a folder of its own that is kept for later runs: nothing of this machine
 * changes. Throws NoBrokerError with the reason where it can't be had.
 */
export async function provideRabbitMq4(say: Say): Promise<Installed> {
  const root = join(cache(), 'rabbitmq-4');
  if (!(await exists(join(root, SERVER)))) await make(root, say);
  return { server: SERVER, epmd: '/usr/bin/epmd', root };
}

async function make(root: string, say: Say): Promise<void> {
  if (!canInstall()) throw new NoBrokerError('RabbitMQ 4 is brought here only as root on Debian or Ubuntu');
  await mkdir(cache(), { recursive: true });
  const making = await mkdtemp(`${root}.making-`);
  try {
    const present = await exists('/usr/sbin/debootstrap');
    if (!present) await aptInstall('debootstrap', say);
    say(`bringing RabbitMQ 4 of Debian ${SUITE} (once, a minute)`);
    await run('debootstrap', ['--variant=minbase', SUITE, making, MIRROR], { timeout: 10 * MINUTES });
    // Debian asks this file before a package starts its service.
    await writeFile(join(making, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    const install = ['apt-get', 'install', '--yes', '--no-install-recommends', 'rabbitmq-server'];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('chroot', [making, ...install], { timeout: 10 * MINUTES, maxBuffer: 16 * 1024 * 1024, env });
    await run('chroot', [making, 'apt-get', 'clean']);
    await rename(making, root);
  } catch (cause) {
    await rm(making, { recursive: true, force: true });
    // Another run can have been faster.
    if (!(await exists(join(root, SERVER))))
      throw new NoBrokerError(`RabbitMQ 4 can't be brought: ${lastLine(cause)}`, { cause });
  }
}

const lastLine = (error: unknown) => {
  const { stderr = '', message = String(error) } = (error ?? {}) as { stderr?: string; message?: string };
  return (stderr || message).trim().split('\n').at(-1);
};

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
