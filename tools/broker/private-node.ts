import { execFile } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { answers, until } from './answers.ts';
import { type Broker, NoBrokerError, type Say } from './broker.ts';
import { freePorts } from './free-ports.ts';
import { type Guard, lastLines, startGuarded } from './guarded.ts';
import { commandOf, type Installed } from './installed.ts';
import { KeptBroker } from './keep-running.ts';
import { type NodeSettings, nodeSettings } from './node-settings.ts';
import { leaveFolder, noteTenants, takeFolder } from './take-folder.ts';

const START_SECONDS = 60;
/** What is confirmed is on disk in any case, and RabbitMQ 3.10 spends six seconds on an orderly stop, nearly all of it waiting. */
const GRACE_MS = 2_000;
const PORT_TRIES = 3;
const LEAST_MB = 100;

export interface PrivateNode {
  readonly installed: Installed;
  readonly folder: string;
  /** Whether the folder and what is in it stay when the node stops. */
  readonly keep: boolean;
  readonly say: Say;
  /** Aborted when it is no longer wanted, before it answers. */
  readonly signal?: AbortSignal | undefined;
}

/** A RabbitMQ node of our own from an installed rabbitmq-server, on free ports. It ends with this process, and is started again if it ends before. */
export async function startPrivateNode(node: PrivateNode): Promise<Broker> {
  node.say('starting RabbitMQ as a private node');
  await mkdir(node.folder, { recursive: true });
  await demandRoom(node.folder);
  if (node.keep) await takeFolder(node.folder, node.say);
  try {
    const { settings, kept } = await startOnFreePorts(node);
    return brokerOf(node, settings, kept);
  } catch (error) {
    await leave(node);
    throw error;
  }
}

/** With less, the node starts and then takes no message: see disk_free_limit in node-settings.ts. */
async function demandRoom(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const left = Math.floor((bavail * bsize) / 2 ** 20);
  if (left < LEAST_MB)
    throw new NoBrokerError(`the disk of ${folder} has ${left} MB left, and RabbitMQ needs ${LEAST_MB} MB`);
}

function leave({ keep, folder }: PrivateNode): Promise<void> {
  return keep ? leaveFolder(folder) : rm(folder, { recursive: true, force: true });
}

function brokerOf(node: PrivateNode, settings: NodeSettings, kept: KeptBroker): Broker {
  const pid = () => kept.pids.at(-1) ?? 0;
  return {
    origin: 'a private node',
    amqpUrl: settings.amqpUrl,
    managementUrl: settings.managementUrl,
    failed: kept.failed,
    async stop() {
      await kept.stop();
      await leave(node);
    },
    faults: {
      pid,
      async kill() {
        kept.letEnd();
        process.kill(pid(), 'SIGKILL');
        await until(async () => kept.ended, { seconds: START_SECONDS });
      },
      restart: () => kept.restart(),
      async control(...args) {
        const rabbitmqctl = join(dirname(node.installed.server), 'rabbitmqctl');
        const [program, ...all] = commandOf(node.installed, rabbitmqctl, args);
        await promisify(execFile)(program, all, { env: environment(settings), timeout: 60_000 });
      },
    },
  };
}

/** A port that was free can be taken before the node listens on it: then others are tried. */
async function startOnFreePorts(node: PrivateNode): Promise<{ settings: NodeSettings; kept: KeptBroker }> {
  for (let tries = 1; ; tries += 1) {
    const [amqp = 0, management = 0, distribution = 0, epmd = 0] = await freePorts(4);
    const settings = nodeSettings(seenFolder(node), { amqp, management, distribution, epmd });
    const { say, signal } = node;
    const again = (ended: AbortSignal) => start(node, settings, ended);
    try {
      const kept = await KeptBroker.start({ start: again, output: outputOf(node), say, signal });
      return { settings, kept };
    } catch (error) {
      if (tries === PORT_TRIES || !(error instanceof Error) || !/eaddrinuse|already in use/i.test(error.message))
        throw error;
    }
  }
}

const outputOf = ({ folder }: PrivateNode) => join(folder, 'output.log');

async function start(node: PrivateNode, settings: NodeSettings, signal: AbortSignal): Promise<Guard> {
  const started = performance.now();
  for (const [name, text] of Object.entries(settings.files)) await writeFile(join(node.folder, name), text);
  const guard = await startGuarded(
    {
      commands: [
        commandOf(node.installed, node.installed.epmd, ['-port', settings.env.ERL_EPMD_PORT ?? '']),
        commandOf(node.installed, node.installed.server),
      ],
      env: environment(settings),
      ...(node.keep ? { graceMs: GRACE_MS } : { graceMs: 0, removeWhenAbandoned: node.folder }),
    },
    outputOf(node),
  );
  if (node.keep) await noteTenants(node.folder, guard.pids);
  const limits = { seconds: START_SECONDS, signal: AbortSignal.any([guard.ended, signal]) };
  if (!(await answers(settings.amqpUrl, settings.managementUrl, limits))) {
    await guard.stop();
    signal.throwIfAborted();
    throw new NoBrokerError(`RabbitMQ did not start; it said:\n${await lastLines(outputOf(node))}`);
  }
  node.say(`RabbitMQ answers after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return guard;
}

/** The folder as the node sees it. */
function seenFolder({ folder, installed }: PrivateNode): string {
  return folder.slice(installed.root?.length ?? 0);
}

function environment(settings: NodeSettings): Record<string, string> {
  return { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...settings.env };
}
