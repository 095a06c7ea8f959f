import { randomUUID } from 'node:crypto';

export interface Management {
  /** Paths below /api, such as `/queues/${vhost}`. Reject unless the answer is a success. */
  get<T = unknown>(path: string): Promise<T>;
  put(path: string, body?: object): Promise<void>;
  post<T = unknown>(path: string, body: object): Promise<T>;
  delete(path: string): Promise<void>;
}

export interface TestBroker {
  /** Of a vhost that only this test file knows. */
  readonly amqpUrl: string;
  readonly vhost: string;
  readonly management: Management;
  /** Deletes the vhost with all that is in it. */
  close(): Promise<void>;
}

/** An empty vhost on the broker that the test run has found or started (TEST_BROKER_AMQP, TEST_BROKER_MANAGEMENT). */
export async function testBroker(): Promise<TestBroker> {
  const amqp = new URL(setting('TEST_BROKER_AMQP'));
  const management = managementOf(new URL(setting('TEST_BROKER_MANAGEMENT')));
  const vhost = `test-${randomUUID()}`;
  await management.put(`/vhosts/${vhost}`);
  const user = decodeURIComponent(amqp.username || 'guest');
  await management.put(`/permissions/${vhost}/${user}`, { configure: '.*', write: '.*', read: '.*' });
  amqp.pathname = `/${vhost}`;
  return { amqpUrl: amqp.href, vhost, management, close: () => management.delete(`/vhosts/${vhost}`) };
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with npm test, which finds or starts a broker`);
  return value;
}

/** The management API of a broker; user and password come from the URL. */
export function managementOf(base: URL): Management {
  const { username = 'guest', password = 'guest' } = base;
  const credentials = `${decodeURIComponent(username || 'guest')}:${decodeURIComponent(password || 'guest')}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;

  async function call(method: string, path: string, body?: object): Promise<Response> {
    const response = await fetch(`${base.protocol}//${base.host}/api${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }

  return {
    get: async <T>(path: string) => (await call('GET', path)).json() as Promise<T>,
    put: async (path, body) => void (await call('PUT', path, body)),
    post: async <T>(path: string, body: object) => parsed<T>(await call('POST', path, body)),
    delete: async (path) => void (await call('DELETE', path)),
  };
}

// Some answers are empty: a new binding's, for one.
async function parsed<T>(response: Response): Promise<T> {
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}
