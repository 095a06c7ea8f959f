import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type CloudEvent, createEvent, type EventDraft, parseKeys } from '@order-events/contracts';
import { createMessaging, onEvery } from '@order-events/messaging';
import { createLogger, createMetrics, type Service } from '@order-events/runtime';
import { personToken, TEST_ISSUER, TEST_SECRET, testBroker, testKeys } from '@order-events/testing';
import { createOrders, ordersConfig } from '../src/index.ts';
import { type Neighbours, startNeighbours } from './neighbours.ts';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into with expect
  readonly body: any;
}

export type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answered>;

/** Orders as it really runs, on a broker of its own; inventory, payments and audit are played by the test. */
export interface World {
  readonly orders: Service;
  readonly neighbours: Neighbours;
  /** Everything that was said on the exchange, in the order in which audit heard it. */
  readonly heard: CloudEvent[];
  /** Everything that was logged. */
  readonly logged: string[];
  /** Publishes an event as the service that owns its contract would. */
  say(draft: EventDraft, subject: string, version: number): Promise<CloudEvent>;
  /** Publishes the same event once more. */
  repeat(event: CloudEvent): Promise<void>;
  /** Requests of a person. */
  as(person: string, role?: 'user' | 'admin'): Ask;
  /** Requests with this token, or none. */
  withToken(token: string | undefined): Ask;
  /** Sets the clock of orders forward. */
  wait(milliseconds: number): void;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startWorld(settings: Record<string, string> = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'orders-'));
  const broker = await testBroker();
  const neighbours = await startNeighbours();
  const keys = parseKeys(testKeys());
  const heard: CloudEvent[] = [];
  const logged: string[] = [];
  const log = createLogger({ service: 'orders', level: 'debug', stream: lines(logged) });
  let ahead = 0;

  const others = createMessaging({
    url: broker.amqpUrl,
    service: 'audit',
    keys,
    log: createLogger({ service: 'others', level: 'error' }),
    metrics: createMetrics('others'),
  });
  others.subscribe('audit', [onEvery(async (event) => void heard.push(event))]);

  const config = ordersConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    RABBITMQ_URL: broker.amqpUrl,
    STORE_URL: `sqlite:${join(folder, 'orders.db')}`,
    ACCESS_TOKEN_SECRET: TEST_SECRET,
    ISSUER: TEST_ISSUER,
    EVENT_SIGNING_KEYS: testKeys(),
    PRODUCTS_SERVICE_URL: neighbours.url,
    AUDIT_SERVICE_URL: neighbours.url,
    ...settings,
  });
  const create = () => createOrders(config, { log, clock: () => new Date(Date.now() + ahead) });
  let orders = create();
  await Promise.all([orders.start(), others.start()]);

  async function publish(event: CloudEvent): Promise<void> {
    const body = JSON.stringify(event);
    await others.publisher.publish({ body, signature: keys.sign(event.source, body) });
  }

  function withToken(token: string | undefined): Ask {
    return async (method, path, body, headers = {}) => {
      const response = await fetch(orders.url + path, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
    };
  }

  return {
    get orders() {
      return orders;
    },
    neighbours,
    heard,
    logged,
    async say(draft, subject, version) {
      const source = `/services/${draft.contract.owner}`;
      const time = new Date().toISOString();
      const chain = { correlationid: randomUUID(), triggeredby: 'system' } as const;
      const event = createEvent(draft, { id: randomUUID(), source, subject, version, time, ...chain });
      await publish(event);
      return event;
    },
    repeat: publish,
    as: (person, role) => withToken(personToken(person, role)),
    withToken,
    wait(milliseconds) {
      ahead += milliseconds;
    },
    async restart() {
      await orders.stop();
      orders = create();
      await orders.start();
    },
    async close() {
      await orders.stop();
      await others.stop();
      await neighbours.close();
      await broker.close();
      await rm(folder, { recursive: true });
    },
  };
}

function lines(into: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      into.push(String(chunk));
      done();
    },
  });
}
