import { spawn } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installEnginePackages, refuseOtherMachines } from './debian-packages.ts';
import { type Engine, engineAnswers, engineAt } from './engine.ts';
import { Skipped, waitFor } from './progress.ts';

const START_SECONDS = 60;
const STOP_SECONDS = 60;
const DAEMON = { builder: { gc: { enabled: true, defaultKeepStorage: '4GB' } } };

/** Where the own engine keeps its images between runs; deleting it only costs time. */
export const engineFolder = join(process.env.ORDER_EVENTS_CACHE ?? join(homedir(), '.cache', 'order-events'), 'docker');
const at = (name: string) => join(engineFolder, name);

/** The folder in which the own engine's `docker` looks for its plugins. */
export const pluginFolder = at('config/cli-plugins');

/** Starts an engine from Debian's packages, with its own data, socket and pid file, or throws Skipped with the reason. */
export async function startOwnEngine(signal: AbortSignal): Promise<Engine> {
  await refuseOtherMachines();
  await installEnginePackages(signal);
  await mkdir(pluginFolder, { recursive: true });
  await claimFolder();
  const { DOCKER_CONTEXT: _unused, ...inherited } = process.env;
  const address = { DOCKER_HOST: `unix://${at('docker.sock')}`, DOCKER_CONFIG: at('config') };
  const env = { ...inherited, ...address, DOCKER_BUILDKIT: '1' };
  // One that still answers was left by a run that was killed: it is this folder's, so it is taken over.
  if (!(await engineAnswers(env))) await startDaemon(env, signal);
  const engine = engineAt(env, true, stopDaemon);
  try {
    await removeLeftovers(engine);
    return engine;
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

/** Two runs on one data folder would take down each other's containers. */
async function claimFolder(): Promise<void> {
  const owner = Number(await readFile(at('claimed-by'), 'utf8').catch(() => '0'));
  if (owner > 0 && owner !== process.pid && isAlive(owner))
    throw new Error(`another run (pid ${owner}) uses ${engineFolder}`);
  await writeFile(at('claimed-by'), String(process.pid));
}

async function startDaemon(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const log = await open(at('dockerd.log'), 'w');
  // Its own file, for the machine's may name another place to listen.
  await writeFile(at('daemon.json'), JSON.stringify(DAEMON));
  const places = [
    '--config-file',
    at('daemon.json'),
    '--data-root',
    at('data'),
    '--exec-root',
    at('exec'),
    '--pidfile',
    at('docker.pid'),
  ];
  // Detached, so that Ctrl-C reaches this program alone, which still needs the engine to take everything down.
  const daemon = spawn('dockerd', ['--host', `unix://${at('docker.sock')}`, ...places], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = new Promise<'ended'>((resolve) => {
    daemon.once('exit', () => resolve('ended')).once('error', () => resolve('ended'));
  });
  daemon.unref();
  try {
    const outcome = async () => (await Promise.race([ended, engineAnswers(env)])) || undefined;
    if ((await waitFor('the engine answers', outcome, { seconds: START_SECONDS, signal })) === 'ended') {
      throw new Error('it ended at once');
    }
  } catch (cause) {
    daemon.kill();
    signal.throwIfAborted();
    throw new Skipped(`Docker's engine does not start here: ${await lastLine(at('dockerd.log'))}`, { cause });
  } finally {
    await log.close();
  }
}

async function lastLine(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).trimEnd().split('\n').at(-1) ?? '';
}

/** What a killed run left would start again with the engine, because of its restart policy. */
async function removeLeftovers(engine: Engine): Promise<void> {
  const list = async (...args: string[]) => (await engine.docker(args)).split('\n').filter(Boolean);
  const containers = await list('ps', '--all', '--quiet');
  if (containers.length > 0) await engine.docker(['rm', '--force', '--volumes', ...containers]);
  const volumes = await list('volume', 'ls', '--quiet');
  if (volumes.length > 0) await engine.docker(['volume', 'rm', '--force', ...volumes]);
  await engine.docker(['network', 'prune', '--force']);
}

async function stopDaemon(): Promise<void> {
  const pid = Number(await readFile(at('docker.pid'), 'utf8'));
  process.kill(pid, 'SIGTERM');
  await waitFor('the engine ends', async () => (isAlive(pid) ? undefined : true), { seconds: STOP_SECONDS });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
