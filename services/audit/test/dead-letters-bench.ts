import { type CloudEvent, consumerOf, orderCreated, parseKeys, type QueueName } from '@order-events/contracts';
import { createMessaging, type Delivery } from '@order-events/messaging';
import { createLogger, createMetrics, type Service } from '@order-events/runtime';
import {
  anOrder,
  asking,
  eventually,
  personToken,
  type Surroundings,
  startSurroundings,
  testKeys,
} from '@order-events/testing';
import { service as auditService } from '../src/index.ts';

type Handle = (event: CloudEvent, delivery: Delivery) => Promise<unknown>;

export interface Consumed {
  readonly event: CloudEvent;
  readonly delivery: Delivery;
}

/** Audit, and a consumer of one queue whose handler the test chooses. */
export interface Bench {
  readonly around: Surroundings;
  readonly audit: Service;
  readonly consumed: Consumed[];
  handle: Handle;
  /** An audit on the same store and broker. */
  anotherAudit(): Service;
  /** As the admin `root`; POSTs carry a new Idempotency-Key unless one is given. */
  ask(method: string, path: string, body?: object, key?: string): ReturnType<ReturnType<typeof asking>>;
  orderEvent(): Promise<CloudEvent>;
  /** So many letters, oldest first. */
  letters(count: number): Promise<Record<string, unknown>[]>;
  /** The action when it has ended. */
  ended(id: unknown): Promise<Record<string, unknown> & { counts: Record<string, number> }>;
  stop(): Promise<void>;
}

export async function aBench(queue: QueueName): Promise<Bench> {
  const around = await startSurroundings('audit');
  const log = createLogger({ service: 'bench', level: 'error' });
  const { service, consumes } = consumerOf(queue);
  const consumed: Consumed[] = [];
  const messaging = createMessaging({
    url: around.broker.amqpUrl,
    service,
    keys: parseKeys(testKeys()),
    log,
    metrics: createMetrics(service),
  });
  const anotherAudit = () => auditService.create(around.env, { log });
  const audit = anotherAudit();
  let keys = 0;
  const bench: Bench = {
    around,
    audit,
    consumed,
    anotherAudit,
    handle: async () => undefined,
    ask: (method, path, body, key = `key-${++keys}`) => {
      const headers = method === 'POST' ? { 'idempotency-key': key } : undefined;
      return asking(audit.url, personToken('root', 'admin'))(method, `/api/v1/dlq${path}`, body, headers);
    },
    orderEvent() {
      const order = anOrder();
      return around.publish(orderCreated({ order }), { subject: order.id });
    },
    letters: (count) =>
      eventually(async () => {
        const { items } = (await bench.ask('GET', `?queue=${queue}&limit=100`)).body as {
          items: Record<string, unknown>[];
        };
        if (items.length !== count) throw new Error(`${items.length} letters of ${count}`);
        return items;
      }),
    ended: (id) =>
      eventually(
        async () => {
          const { body } = await bench.ask('GET', `/actions/${id}`);
          if (body.state !== 'done' && body.state !== 'stopped') throw new Error(`it is ${body.state}`);
          return body as never;
        },
        { timeoutMs: 30_000 },
      ),
    async stop() {
      await messaging.stop();
      await audit.stop();
      await around.stop();
    },
  };
  messaging.subscribe(
    queue,
    (consumes === '#' ? ['#'] : consumes).map((type) => ({
      type,
      handle: (event: CloudEvent, delivery: Delivery) => {
        consumed.push({ event, delivery });
        return bench.handle(event, delivery);
      },
    })),
  );
  await messaging.start();
  await audit.start();
  return bench;
}
