import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localAddressOf } from '@order-events/contracts/services';

export type Env = Readonly<Record<string, string | undefined>>;

/** Where everything is that the command speaks to. */
export interface Where {
  readonly amqp: string;
  readonly management: string;
  readonly audit: string;
  readonly ACCESS_TOKEN_SECRET?: string | undefined;
  readonly ISSUER?: string | undefined;
}

/** What the command needs isn't known; the message says how to tell it. */
export class UnknownPlaceError extends Error {
  override readonly name = 'UnknownPlaceError';
}

/** From the options, else the environment, else what `npm start` has left in the data folder while it runs. */
export async function findOut(
  given: { url?: string | undefined; management?: string | undefined },
  env: Env,
): Promise<Where> {
  const folder = env.DATA_FOLDER ?? 'data';
  const running = await json<Running>(join(folder, 'running.json'));
  const secrets = await json<Env>(join(folder, 'secrets.json'));
  const amqp = given.url ?? env.RABBITMQ_URL ?? running?.rabbitmq?.amqp;
  if (!amqp) throw new UnknownPlaceError('which broker? say --url amqp://user:password@host:5672, or set RABBITMQ_URL');
  if (!/^amqps?:\/\/[^/]/.test(amqp) || !URL.canParse(amqp))
    throw new UnknownPlaceError('the broker’s address is not one like amqp://user:password@host:5672/vhost');
  const ownBroker = amqp === running?.rabbitmq?.amqp ? running.rabbitmq.management : undefined;
  return {
    amqp,
    management: given.management ?? env.RABBITMQ_MANAGEMENT_URL ?? ownBroker ?? usualManagement(new URL(amqp)),
    audit: env.AUDIT_SERVICE_URL ?? running?.services?.audit ?? localAddressOf('audit'),
    ACCESS_TOKEN_SECRET: env.ACCESS_TOKEN_SECRET ?? secrets?.ACCESS_TOKEN_SECRET,
    ISSUER: env.ISSUER ?? secrets?.ISSUER,
  };
}

interface Running {
  readonly services?: Readonly<Record<string, string>>;
  readonly rabbitmq?: { readonly amqp?: string; readonly management?: string };
}

const usualManagement = ({ username, password, hostname }: URL) =>
  `http://${username || 'guest'}:${password || 'guest'}@${hostname}:15672`;

async function json<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
