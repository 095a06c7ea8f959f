import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { answers } from './answers.ts';
import { type Broker, NoBrokerError, type Say } from './broker.ts';
import { freePorts } from './free-ports.ts';
import { lastLines, startGuarded } from './guarded.ts';

// RabbitMQ refuses its own guest from outside the container.
const USER = 'order-events';
const VOLUME = 'order-events-rabbitmq';
const IMAGE = 'rabbitmq:4-management';
const START_SECONDS = 90;
const GRACE_MS = 30_000;

/** Whether a Docker engine answers here and has, or can get, the image. */
export async function dockerOffersImage(say: Say): Promise<boolean> {
  if (!(await succeeds(['version', '--format', '{{.Server.Version}}'], 5_000))) return false;
  if (await succeeds(['image', 'inspect', IMAGE], 30_000)) return true;
  say(`pulling the Docker image ${IMAGE}`);
  const pulled = await succeeds(['pull', '--quiet', IMAGE], 600_000);
  if (!pulled) say(`Docker answers, but can't pull ${IMAGE}`);
  return pulled;
}

function succeeds(args: readonly string[], timeout: number): Promise<boolean> {
  return promisify(execFile)('docker', args, { timeout }).then(
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
}

/** RabbitMQ in a container of its own, on free loopback ports. It ends with this process and is removed. */
export async function startContainer(container: Container): Promise<Broker> {
  const [amqp = 0, management = 0] = await freePorts(2);
  const name = `order-events-${randomBytes(4).toString('hex')}`;
  container.say(`starting RabbitMQ as the Docker container ${name}`);
  const output = join(container.folder, 'output.log');
  const guard = await startGuarded(
    {
      commands: [dockerRun(name, { amqp, management }, container.keep)],
      env: environment(),
      graceMs: GRACE_MS,
      ...(!container.keep && { removeWhenAbandoned: container.folder }),
    },
    output,
  );
  const amqpUrl = `amqp://${USER}:${USER}@127.0.0.1:${amqp}`;
  const managementUrl = `http://${USER}:${USER}@127.0.0.1:${management}`;
  const stop = async () => {
    await guard.stop();
    if (!container.keep) await rm(container.folder, { recursive: true, force: true });
  };
  if (!(await answers(amqpUrl, managementUrl, { seconds: START_SECONDS, signal: guard.ended }))) {
    const said = await lastLines(output);
    await stop();
    throw new NoBrokerError(`the container ${name} of ${IMAGE} did not start; it said:\n${said}`);
  }
  return { origin: 'Docker', amqpUrl, managementUrl, stop };
}

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
