import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brokerAnswers, managementAnswers, until } from './answers.ts';
import { type Broker, NoBrokerError, type Say } from './broker.ts';
import { freePorts } from './free-ports.ts';
import { startGuarded } from './guarded.ts';

const run = promisify(execFile);
const IMAGE = 'rabbitmq:4-management';
const START_SECONDS = 90;
const GRACE_MS = 30_000;

/** Whether a Docker engine answers here. */
export async function dockerAnswers(): Promise<boolean> {
  return run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 5_000 }).then(
    () => true,
    () => false,
  );
}

export interface Container {
  /** Where the container's output goes. */
  readonly folder: string;
  /** The named volume that keeps its data; absent, nothing is kept. */
  readonly volume?: string;
  readonly say: Say;
}

/** RabbitMQ in a container of its own, on free loopback ports. It ends with this process and is removed. */
export async function startContainer({ folder, volume, say }: Container): Promise<Broker> {
  await pull(say);
  const [amqp = 0, management = 0] = await freePorts(2);
  const name = `order-events-${randomBytes(4).toString('hex')}`;
  const output = join(folder, 'output.log');
  say(`starting RabbitMQ as the Docker container ${name}`);
  const guard = await startGuarded(
    { commands: [dockerRun(name, { amqp, management }, volume)], env: environment(), graceMs: GRACE_MS },
    output,
  );
  const amqpUrl = `amqp://guest:guest@127.0.0.1:${amqp}`;
  const managementUrl = `http://guest:guest@127.0.0.1:${management}`;
  const limits = { seconds: START_SECONDS, signal: guard.ended };
  const answers =
    (await until(() => brokerAnswers(amqpUrl), limits)) &&
    (await until(() => managementAnswers(managementUrl), limits));
  if (!answers) {
    await guard.stop();
    throw new NoBrokerError(`the container ${name} of ${IMAGE} did not start; what it said is in ${output}`);
  }
  return { origin: 'Docker', amqpUrl, managementUrl, stop: () => guard.stop() };
}

async function pull(say: Say): Promise<void> {
  const present = await run('docker', ['image', 'inspect', IMAGE]).then(
    () => true,
    () => false,
  );
  if (present) return;
  say(`pulling the image ${IMAGE}`);
  await run('docker', ['pull', '--quiet', IMAGE], { timeout: 600_000 }).catch((cause: unknown) => {
    throw new NoBrokerError(`Docker answers, but the image ${IMAGE} could not be pulled`, { cause });
  });
}

/** In the foreground, so that a signal to `docker run` reaches the broker; the host name is the node's, and with it its data's. */
function dockerRun(
  name: string,
  ports: { amqp: number; management: number },
  volume: string | undefined,
): [string, ...string[]] {
  const published = ['--publish', `127.0.0.1:${ports.amqp}:5672`, '--publish', `127.0.0.1:${ports.management}:15672`];
  const kept = volume === undefined ? [] : ['--volume', `${volume}:/var/lib/rabbitmq`];
  return [
    'docker',
    'run',
    '--rm',
    '--init',
    '--name',
    name,
    '--hostname',
    'order-events',
    ...published,
    ...kept,
    IMAGE,
  ];
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
