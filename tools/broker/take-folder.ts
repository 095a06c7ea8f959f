import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './answers.ts';
import { NoBrokerError, type Say } from './broker.ts';

const STOP_SECONDS = 20;

/** A process, told from a later one that got the same number by when it started. */
interface Running {
  readonly pid: number;
  readonly started: string;
}

/** Who runs a node in a folder, and which processes make up the node. */
interface Tenants {
  readonly owner: Running;
  readonly node: readonly Running[];
}

/**
 * Makes this process the one that runs a node in the folder. Fails while another one does; what is left of one that was killed is
 * ended first, so that two nodes never write the same data.
 */
export async function takeFolder(folder: string, say: Say): Promise<void> {
  const tenants = await tenantsOf(folder);
  if (tenants && tenants.owner.pid !== process.pid) {
    if (await runs(tenants.owner)) {
      throw new NoBrokerError(`process ${tenants.owner.pid} runs a broker in ${folder} already: stop that one first`);
    }
    for (const left of tenants.node) await end(left, say);
  }
  await noteTenants(folder, []);
}

/** Notes the processes that a later run has to end if this one can't. */
export async function noteTenants(folder: string, pids: readonly number[]): Promise<void> {
  const tenants: Tenants = { owner: await identify(process.pid), node: await Promise.all(pids.map(identify)) };
  await writeFile(fileIn(folder), JSON.stringify(tenants));
}

export async function leaveFolder(folder: string): Promise<void> {
  await rm(fileIn(folder), { force: true });
}

const fileIn = (folder: string) => join(folder, 'tenants.json');

async function tenantsOf(folder: string): Promise<Tenants | undefined> {
  try {
    return JSON.parse(await readFile(fileIn(folder), 'utf8')) as Tenants;
  } catch {
    return undefined; // None, or a kill cut the note short: then nothing had been started yet.
  }
}

async function end(left: Running, say: Say): Promise<void> {
  if (!(await runs(left))) return;
  say(`ending process ${left.pid}, left by a run that was killed`);
  process.kill(left.pid, 'SIGTERM');
  const ended = await until(async () => !(await runs(left)), { seconds: STOP_SECONDS });
  if (!ended) process.kill(left.pid, 'SIGKILL');
  await until(async () => !(await runs(left)), { seconds: STOP_SECONDS });
}

async function runs(one: Running): Promise<boolean> {
  return one.started !== '' && (await identify(one.pid)).started === one.started;
}

async function identify(pid: number): Promise<Running> {
  return { pid, started: process.platform === 'linux' ? await startTicks(pid) : await startTime(pid) };
}

/** Field 22 of /proc/<pid>/stat, the 20th after the name, which may hold blanks; empty for a process that has ended. */
async function startTicks(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? '' : (fields[18] ?? '');
}

async function startTime(pid: number): Promise<string> {
  const found = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => undefined);
  return found?.stdout.trim() ?? '';
}
