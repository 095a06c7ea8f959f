import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CloudEvent,
  createEvent,
  type EventAttributes,
  type EventDraft,
  parseKeys,
} from '@order-events/contracts';
import { createMessaging, onEvery } from '@order-events/messaging';
import { createLogger, createMetrics } from '@order-events/runtime';
import { type TestBroker, testBroker } from './broker.ts';
import { signed } from './builders.ts';
import { testKeys } from './keys.ts';
import { personToken, TEST_ISSUER, TEST_SECRET } from './tokens.ts';

/** The surroundings of one service under test: a vhost, a store folder, and the other services, played by the test. */
export interface Surroundings {
  readonly broker: TestBroker;
  /** Every event published on the exchange, consumed in place of audit. Empty in audit's own tests, which need its queue. */
  readonly published: CloudEvent[];
  /** The environment of the service under test. */
  readonly env: Readonly<Record<string, string>>;
  /** Publishes a draft as the service that owns its contract would; `attributes` replace the defaults. */
  publish(
    draft: EventDraft,
    attributes: Pick<EventAttributes, 'subject'> & Partial<EventAttributes>,
  ): Promise<CloudEvent>;
  /** Publishes this event as it is, for the first time or again. */
  publishEvent(event: CloudEvent): Promise<void>;
  stop(): Promise<void>;
}

export async function startSurroundings(service: string): Promise<Surroundings> {
  const folder = await mkdtemp(join(tmpdir(), `${service}-`));
  const broker = await testBroker();
  const published: CloudEvent[] = [];
  const log = createLogger({ service: 'surroundings', level: 'error' });
  const metrics = createMetrics('surroundings');
  const keys = parseKeys(testKeys());
  const others = createMessaging({ url: broker.amqpUrl, service: 'audit', keys, log, metrics });
  if (service !== 'audit') others.subscribe('audit', [onEvery(async (event) => void published.push(event))]);
  await others.start();

  const publishEvent = (event: CloudEvent) => others.publisher.publish(signed(event));
  return {
    broker,
    published,
    publishEvent,
    env: {
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
      RABBITMQ_URL: broker.amqpUrl,
      STORE_URL: `sqlite:${join(folder, `${service}.db`)}`,
      ACCESS_TOKEN_SECRET: TEST_SECRET,
      ISSUER: TEST_ISSUER,
      EVENT_SIGNING_KEYS: testKeys(),
    },
    async publish(draft, attributes) {
      const event = createEvent(draft, {
        id: randomUUID(),
        source: `/services/${draft.contract.owner}`,
        version: 1,
        time: new Date().toISOString(),
        correlationid: randomUUID(),
        triggeredby: 'system',
        ...attributes,
      });
      await publishEvent(event);
      return event;
    },
    async stop() {
      await others.stop();
      await broker.close();
      await rm(folder, { recursive: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, undefined when there is none. */
  readonly body: Record<string, unknown>;
}

/** Requests of a person to one service. */
export function asking(url: string, token: string | undefined = personToken('ada')) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
  };
}
