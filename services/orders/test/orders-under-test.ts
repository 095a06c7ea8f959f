import { Writable } from 'node:stream';
import type { CloudEvent, EventDraft } from '@order-events/contracts';
import { createLogger, type Service } from '@order-events/runtime';
import { personToken, startSurroundings, type TestBroker } from '@order-events/testing';
import { service } from '../src/index.ts';
import { type Neighbours, startNeighbours } from './neighbours.ts';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into with expect
  readonly body: any;
}

/** Sends a request; a body that is text is sent as it is. */
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answered>;

/** The orders service on a real broker and store; the test plays inventory, payments and audit. */
export interface OrdersUnderTest {
  readonly orders: Service;
  readonly neighbours: Neighbours;
  readonly broker: TestBroker;
  /** Every event on the exchange, in the order in which it was consumed. */
  readonly published: CloudEvent[];
  /** Every line logged. */
  readonly logged: string[];
  /** Publishes an event as the service that owns its contract would. */
  publish(draft: EventDraft, subject: string, version: number): Promise<CloudEvent>;
  /** Publishes the same event once more. */
  publishAgain(event: CloudEvent): Promise<void>;
  /** Requests of a person. */
  as(person: string, role?: 'user' | 'admin'): Call;
  /** Requests with this token, or none; to another instance, where one is named. */
  withToken(token: string | undefined, instance?: Service): Call;
  /** A second instance on the same store and queue, until it is stopped. */
  twin(): Promise<Service>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startOrders(settings: Record<string, string> = {}): Promise<OrdersUnderTest> {
  const [surroundings, neighbours] = await Promise.all([startSurroundings('orders'), startNeighbours()]);
  const logged: string[] = [];
  const log = createLogger({ service: 'orders', level: 'debug', stream: lines(logged) });
  const urls = { PRODUCTS_SERVICE_URL: neighbours.url, AUDIT_SERVICE_URL: neighbours.url };
  const create = () => service.create({ ...surroundings.env, ...urls, ...settings }, { log });
  let orders = create();
  await orders.start();

  function withToken(token: string | undefined, instance?: Service): Call {
    return async (method, path, body, headers = {}) => {
      const response = await fetch((instance ?? orders).url + path, {
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
    broker: surroundings.broker,
    published: surroundings.published,
    logged,
    publish: (draft, subject, version) => surroundings.publish(draft, { subject, version }),
    publishAgain: surroundings.publishEvent,
    as: (person, role) => withToken(personToken(person, role)),
    withToken,
    async twin() {
      const twin = create();
      await twin.start();
      return twin;
    },
    async restart() {
      await orders.stop();
      orders = create();
      await orders.start();
    },
    async close() {
      await orders.stop();
      await neighbours.close();
      await surroundings.stop();
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
