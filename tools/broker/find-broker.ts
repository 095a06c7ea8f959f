import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canInstall } from '../setup/apt-get.mjs';
import { brokerAnswers, managementAnswers, until } from './answers.ts';
import { type Broker, NoBrokerError, type Say } from './broker.ts';
import { dockerOffersImage, startContainer } from './docker.ts';
import { installRabbitMq } from './install.ts';
import { findInstalled, type Installed } from './installed.ts';
import { startPrivateNode } from './private-node.ts';
import { provideRabbitMq4 } from './rabbitmq-4.ts';

export interface Wish {
  /** 'start' keeps messages from run to run, 'test' keeps nothing. */
  readonly purpose: 'start' | 'test';
  readonly say: Say;
  /** The folder of the broker when its data is kept; default `data/rabbitmq` under the current one. */
  readonly folder?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Aborted when none is wanted any more: its reason is thrown, and nothing that was begun is left. */
  readonly signal?: AbortSignal;
}

const GIVEN_SECONDS = 10;

/**
 * A RabbitMQ that answers: for tests the version of TEST_RABBITMQ, if set; else the one of RABBITMQ_URL, else an installed rabbitmq-server, else Docker, else one that is installed now.
 * Throws NoBrokerError with one line that says what to do. What it starts ends with this process at the latest, and is started again when it ends before.
 */
export async function findBroker(wish: Wish): Promise<Broker> {
  const env = wish.env ?? process.env;
  if (wish.purpose === 'test' && env.TEST_RABBITMQ) return await chosenForTests(env.TEST_RABBITMQ, wish.say);
  if (env.RABBITMQ_URL) return await givenBroker(env.RABBITMQ_URL, env.RABBITMQ_MANAGEMENT_URL, wish.signal);
  const source = await ownSource(wish, env.PATH);
  const place = { folder: await folderFor(wish), keep: wish.purpose === 'start', say: wish.say, signal: wish.signal };
  return source === 'docker' ? await startContainer(place) : await startPrivateNode({ ...place, installed: source });
}

async function ownSource({ say, signal }: Wish, path: string | undefined): Promise<Installed | 'docker'> {
  const installed = await findInstalled(path);
  if (installed) return installed;
  if (await dockerOffersImage(say, signal)) return 'docker';
  if (canInstall()) await installRabbitMq(say, signal);
  const now = await findInstalled(path);
  if (now) return now;
  throw new NoBrokerError(
    'no RabbitMQ here: install it (Debian, Ubuntu: sudo apt-get install rabbitmq-server; macOS: brew install rabbitmq), ' +
      'or start Docker, or set RABBITMQ_URL=amqp://user:password@host:5672',
  );
}

/** TEST_RABBITMQ=4: the same tests on the other major version. */
async function chosenForTests(version: string, say: Say): Promise<Broker> {
  if (version !== '4') throw new NoBrokerError('TEST_RABBITMQ is 4, or not set: then tests use what is installed');
  const installed = await provideRabbitMq4(say);
  const folder = await mkdtemp(join(installed.root ?? '', 'tmp', 'order-events-rabbitmq-'));
  return await startPrivateNode({ installed, folder, keep: false, say });
}

async function folderFor(wish: Wish): Promise<string> {
  if (wish.purpose === 'test') return await mkdtemp(join(tmpdir(), 'order-events-rabbitmq-'));
  const folder = wish.folder ?? join('data', 'rabbitmq');
  await mkdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new NoBrokerError(`the folder ${folder} for the broker's data can't be made: ${cause.message}`, { cause });
  });
  return folder;
}

/** A broker that someone else runs: checked, never started or stopped. */
async function givenBroker(
  amqpUrl: string,
  managementUrl: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Broker> {
  const url = parse(amqpUrl);
  if (!(await until(() => brokerAnswers(amqpUrl), { seconds: GIVEN_SECONDS, ...(signal && { signal }) }))) {
    signal?.throwIfAborted();
    throw new NoBrokerError(
      `no RabbitMQ answers at ${url.host}, where RABBITMQ_URL points: start it, or unset RABBITMQ_URL`,
    );
  }
  const management = managementUrl ?? `http://${url.username}:${url.password}@${url.hostname}:15672`;
  const hasManagement = await managementAnswers(management);
  return { origin: 'RABBITMQ_URL', amqpUrl, ...(hasManagement && { managementUrl: management }), stop: async () => {} };
}

function parse(amqpUrl: string): URL {
  const url = URL.canParse(amqpUrl) ? new URL(amqpUrl) : undefined;
  if (url && /^amqps?:$/.test(url.protocol) && url.hostname !== '') return url;
  throw new NoBrokerError("RABBITMQ_URL is not a broker's address such as amqp://user:password@host:5672");
}
