import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import {
  type CloudEvent,
  getStatusLabel,
  orderCancelled,
  orderStatusChanged,
  parseKeys,
  Status,
} from '@order-events/contracts';
import { createMessaging, onEvery } from '@order-events/messaging';
import { createLogger, createMetrics, type Service } from '@order-events/runtime';
import {
  anEvent,
  anOrder,
  personToken,
  signed,
  TEST_ISSUER,
  TEST_SECRET,
  testBroker,
  testKeys,
} from '@order-events/testing';
import { service } from '../src/index.ts';

/** The surroundings of the email service: a broker, customers, and a consumer of every event and of every hop of a message. */
export async function startEmail() {
  const folder = await mkdtemp(join(tmpdir(), 'email-'));
  const broker = await testBroker();
  const customers = await startCustomers();
  const published: CloudEvent[] = [];
  const logged: string[] = [];
  const log = createLogger({ service: 'email', level: 'debug', stream: lines(logged) });
  const observer = createMessaging({
    url: broker.amqpUrl,
    service: 'audit',
    keys: parseKeys(testKeys()),
    log: createLogger({ service: 'others', level: 'error' }),
    metrics: createMetrics('others'),
  });
  observer.subscribe('audit', [onEvery(async (event) => void published.push(event))]);
  await observer.start();
  const hops = await tap(broker);
  const { vhost, management } = broker;
  const letters = (queue: string) =>
    management.post<Got[]>(`/queues/${vhost}/${queue}/get`, {
      count: 100,
      ackmode: 'ack_requeue_true',
      encoding: 'auto',
    });

  const env: Record<string, string> = {
    PORT: '0',
    HOST: '127.0.0.1',
    RABBITMQ_URL: broker.amqpUrl,
    STORE_URL: `sqlite:${join(folder, 'email.db')}`,
    ACCESS_TOKEN_SECRET: TEST_SECRET,
    ISSUER: TEST_ISSUER,
    EVENT_SIGNING_KEYS: testKeys(),
    CUSTOMERS_SERVICE_URL: customers.url,
  };

  async function call(email: Service, method: string, path: string, body?: unknown, role: 'admin' | 'user' = 'admin') {
    const response = await fetch(email.url + path, {
      method,
      headers: { authorization: `Bearer ${personToken('operator', role)}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into with expect
    return { status: response.status, body: (await response.json()) as any };
  }

  return {
    customers,
    env,
    published,
    hops,
    logged,
    create: (settings: Record<string, string> = {}) => service.create({ ...env, ...settings }, { log }),
    publish: (event: CloudEvent) => observer.publisher.publish(signed(event)),
    call,
    mails: async (email: Service, { subject }: CloudEvent) =>
      (await call(email, 'GET', `/api/v1/emails?orderId=${subject}`)).body.items,
    /** The events that email published about an order: 'sent', 'failed sent'. */
    eventsOf: (event: CloudEvent) =>
      published
        .filter(({ source, causationid }) => source === '/services/email' && causationid === event.id)
        .map(({ type }) => type.split('.')[1])
        .join(' '),
    letters,
    /** An operator sends all dead letters of a queue again. */
    async replay(queue: string): Promise<void> {
      for (const { payload, properties } of await letters(`${queue}.dlq`)) {
        const headers = { ...properties.headers, attempt: 1, replay: 1 };
        const message = { routing_key: queue, payload, payload_encoding: 'string' };
        const copy = { ...message, properties: { ...properties, headers } };
        await management.post(`/exchanges/${vhost}/amq.default/publish`, copy);
      }
    },
    async close() {
      await observer.stop();
      customers.close();
      await broker.close();
      await rm(folder, { recursive: true });
    },
  };
}
export type EmailUnderTest = Awaited<ReturnType<typeof startEmail>>;

/** An order of this person was confirmed. */
export function confirmed(userId: string): CloudEvent {
  const order = anOrder({ userId, status: Status.Confirmed, version: 2 });
  const [oldStatus, newStatus] = [Status.Pending, Status.Confirmed];
  const labels = { oldStatusLabel: getStatusLabel(oldStatus), newStatusLabel: getStatusLabel(newStatus) };
  const data = { order, oldStatus, newStatus, ...labels };
  return anEvent(orderStatusChanged.type, { data, subject: order.id, version: 2, userid: userId });
}

/** An order of this person was cancelled: a new one, or the one of that id. */
export function cancelled(userId: string, id: string = randomUUID()): CloudEvent {
  const data = structuredClone(orderCancelled.example);
  const order = { ...data.order, id, userId };
  return anEvent(orderCancelled.type, { data: { ...data, order }, subject: order.id, version: 4, userid: userId });
}

/** Customers, as far as email calls it: an unknown person is 404. */
async function startCustomers() {
  const people = new Map<string, { status: number; body: object }>();
  const server = createServer((req, res) => {
    const id = decodeURIComponent(req.url?.replace('/internal/customers/', '') ?? '');
    const isService = req.headers.authorization?.startsWith('Bearer ');
    const { status, body } = people.get(id) ?? { status: 404, body: { code: 'customer-unknown' } };
    const code = customers.down ? 503 : isService ? status : 401;
    res.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const customers = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    down: false,
    /** A person with this address, new or changed. */
    person(email: string, { id = randomUUID() as string, name = 'Ada Lovelace' } = {}): string {
      people.set(id, { status: 200, body: { email, name, locale: 'en' } });
      return id;
    },
    erase: (id: string) => void people.set(id, { status: 410, body: { code: 'customer-erased' } }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return customers;
}

interface Hop {
  readonly key: string;
  readonly id: string;
  readonly headers: Record<string, unknown>;
}

/** A queue of the test that gets a copy of every message to a retry tier or to the dead letters. */
async function tap({ vhost, management }: Awaited<ReturnType<typeof testBroker>>) {
  await management.put(`/queues/${vhost}/tap`, { durable: true });
  await management.post(`/bindings/${vhost}/e/order_events.dlx/q/tap`, { routing_key: '#' });
  const seen: Hop[] = [];

  /** Each hop of this message: 'email.retry.2000 1', the queue it went to and the attempt it carries. */
  return async function hopsOf(event: CloudEvent): Promise<Hop[]> {
    const body = { count: 1000, ackmode: 'ack_requeue_false', encoding: 'auto' };
    const got = await management.post<Got[]>(`/queues/${vhost}/tap/get`, body);
    seen.push(
      ...got.map(({ routing_key, properties: { message_id, headers } }) => ({
        key: routing_key,
        id: message_id,
        headers,
      })),
    );
    return seen.filter(({ id }) => id === event.id);
  };
}

interface Got {
  readonly payload: string;
  readonly routing_key: string;
  readonly properties: { readonly message_id: string; readonly headers: Record<string, unknown> };
}

function lines(into: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      into.push(String(chunk));
      done();
    },
  });
}
