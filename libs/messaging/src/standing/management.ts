import { shownUrl } from '../broker-url.ts';
import { BrokerUnreachableError } from '../errors.ts';
import { reasonOf } from '../reason-of.ts';

const ANSWER_MS = 5_000;

/** RabbitMQ's management API, for one vhost. Rejects with ManagementError; no message holds the password. */
export interface Management {
  /** The vhost as it is written in a path. */
  readonly vhost: string;
  /** The user of the AMQP address, as it is written in a path. */
  readonly user: string;
  /** Paths below /api. */
  get<T>(path: string): Promise<T>;
  put(path: string, body: object): Promise<void>;
  delete(path: string): Promise<void>;
}

/** The management API said no; 401 and 403 mean that this user may not. */
export class ManagementError extends Error {
  override readonly name = 'ManagementError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The API at managementUrl (with user and password), for the vhost that amqpUrl names. */
export function managementAt(managementUrl: string, amqpUrl: string): Management {
  if (!URL.canParse(managementUrl))
    throw new BrokerUnreachableError('the management address is not a URL like http://user:password@host:15672');
  const base = new URL(managementUrl);
  const credentials = [base.username || 'guest', base.password || 'guest'].map(decodeURIComponent).join(':');
  const headers = {
    authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    'content-type': 'application/json',
  };

  async function call(method: string, path: string, body?: object): Promise<Response> {
    const request = { method, headers, signal: AbortSignal.timeout(ANSWER_MS) };
    const url = `${base.protocol}//${base.host}${base.pathname.replace(/\/$/, '')}/api${path}`;
    const answer = await fetch(url, { ...request, ...(body && { body: JSON.stringify(body) }) }).catch((cause) => {
      throw new BrokerUnreachableError(
        `the management API at ${shownUrl(managementUrl)} doesn’t answer: ${why(cause)}`,
        {
          cause,
        },
      );
    });
    if (answer.ok) return answer;
    const reason = (await answer.text()).slice(0, 300);
    throw new ManagementError(
      answer.status,
      `the management API answered ${answer.status} to ${method} ${path}: ${reason}`,
    );
  }

  return {
    vhost: encodeURIComponent(vhostOf(amqpUrl)),
    user: new URL(amqpUrl).username || 'guest',
    get: async <T>(path: string) => (await call('GET', path)).json() as Promise<T>,
    put: async (path, body) => void (await call('PUT', path, body)),
    delete: async (path) => void (await call('DELETE', path)),
  };
}

/** The vhost that an AMQP address names; without one it is '/'. */
export function vhostOf(amqpUrl: string): string {
  return decodeURIComponent(new URL(amqpUrl).pathname.slice(1)) || '/';
}

// What fetch throws says only that it failed; why is in its cause.
const why = (error: { cause?: unknown }) => reasonOf(error.cause ?? error);
