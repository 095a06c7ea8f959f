import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { answers } from './answers.ts';
import { type Broker, NoBrokerError, type Say } from './broker.ts';
import { freePorts } from './free-ports.ts';
import { type Guard, lastLines, startGuarded } from './guarded.ts';
import { KeptBroker } from './keep-running.ts';

// RabbitMQ refuses its own guest from outside the container.
const USER = 'order-events';
const VOLUME = 'order-events-rabbitmq';
const IMAGE = 'rabbitmq:4-management';
const START_SECONDS = 90;
const GRACE_MS = 30_000;

/** Whether a Docker engine answers here and has, or can get, the image. */
export async function dockerOffersImage(say: Say, signal?: AbortSignal): Promise<boolean> {
  if (!(await succeeds(['version', '--format', '{{.Server.Version}}'], 5_000, signal))) return false;
  if (await succeeds(['image', 'inspect', IMAGE], 30_000, signal)) return true;
  say(`pulling the Docker image ${IMAGE}`);
  const pulled = await succeeds(['pull', '--quiet', IMAGE], 600_000, signal);
  signal?.throwIfAborted();
  if (!pulled) say(`Docker answers, but can't pull ${IMAGE}`);
  return pulled;
}

function succeeds(args: readonly string[], timeout: number, signal?: AbortSignal): Promise<boolean> {
  return promisify(execFile)('docker', args, { timeout, ...(signal && { signal }) }).then(
    () => true,
    () => false,
  );
}

export interface Container {
  /** Where the container's output goes. */
  readonly folder: string;
  /** Whether the broker's data stays, in a volume of Docker's; else the folder goes as well when it stops. */
  readonly keep: boolean;
  readonly say: Say;
  /** Aborted when it is no longer wanted, before it answers. */
  readonly signal?: AbortSignal | undefined;
}

/** RabbitMQ in a container of its own, on free loopback ports. It ends with this process and is removed, and is started again if it ends before. */
export async function startContainer(container: Container): Promise<Broker> {
  const [amqp = 0, management = 0] = await freePorts(2);
  const urls = {
    amqpUrl: `amqp://${USER}:${USER}@127.0.0.1:${amqp}`,
    managementUrl: `http://${USER}:${USER}@127.0.0.1:${management}`,
  };
  const leave = async () => {
    if (!container.keep) await rm(container.folder, { recursive: true, force: true });
  };
  const { say, signal } = container;
  try {
    const kept = await KeptBroker.start({
      start: (ended) => start(container, { amqp, management }, urls, ended),
      output: outputOf(container),
      say,
      signal,
    });
    return { origin: 'Docker', ...urls, failed: kept.failed, stop: () => kept.stop().then(leave) };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** Under a name of its own each time: the one before may not be removed yet. */
async function start(
  container: Container,
  ports: { amqp: number; management: number },
  urls: { amqpUrl: string; managementUrl: string },
  signal: AbortSignal,
): Promise<Guard> {
  const name = `order-events-${randomBytes(4).toString('hex')}`;
  container.say(`starting RabbitMQ as the Docker container ${name}`);
  const guard = await startGuarded(
    {
      commands: [dockerRun(name, ports, container.keep)],
      env: environment(),
      graceMs: GRACE_MS,
      ...(!container.keep && { removeWhenAbandoned: container.folder }),
    },
    outputOf(container),
  );
  const limits = { seconds: START_SECONDS, signal: AbortSignal.any([guard.ended, signal]) };
  if (await answers(urls.amqpUrl, urls.managementUrl, limits)) return guard;
  const said = await lastLines(outputOf(container));
  await guard.stop();
  signal.throwIfAborted();
  throw new NoBrokerError(`the container ${name} of ${IMAGE} did not start; it said:\n${said}`);
}

const outputOf = ({ folder }: Container) => join(folder, 'output.log');

/** In the foreground, so that a signal to `docker run` reaches the broker; the host name is the node's, and with it its data's. */
function dockerRun(name: string, ports: { amqp: number; management: number }, keep: boolean): [string, ...string[]] {
  const identity = [`--name=${name}`, '--hostname=order-events'];
  const user = [`--env=RABBITMQ_DEFAULT_USER=${USER}`, `--env=RABBITMQ_DEFAULT_PASS=${USER}`];
  const published = [`--publish=127.0.0.1:${ports.amqp}:5672`, `--publish=127.0.0.1:${ports.management}:15672`];
  const kept = keep ? [`--volume=${VOLUME}:/var/lib/rabbitmq`] : [];
  return ['docker', 'run', '--rm', '--init', ...identity, ...user, ...published, ...kept, IMAGE];
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
