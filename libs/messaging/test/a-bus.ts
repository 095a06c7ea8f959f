import { type CloudEvent, consumerOf, parseKeys, type QueueName } from '@order-events/contracts';
import { createHealth, createMetrics } from '@order-events/runtime';
import { eventually, type TestBroker, testBroker, testKeys } from '@order-events/testing';
import { type Channel, type ChannelModel, type ConsumeMessage, connect } from 'amqplib';
import { createMessaging, type Delivery, type Handler, type Log, type Messaging } from '../src/index.ts';

export interface Line {
  readonly level: string;
  readonly phrase: string;
  readonly fields: Record<string, unknown>;
}

/** Keeps what was logged. */
export function aLog(): Log & { readonly lines: Line[] } {
  const lines: Line[] = [];
  const at =
    (level: string) =>
    (phrase: string, fields: object = {}) => {
      lines.push({ level, phrase, fields: { ...fields } });
    };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

type Handle = (event: CloudEvent, delivery: Delivery) => Promise<unknown>;

/** One handler for each type the queue hears, all the same. */
export function handlersOf(queue: QueueName, handle: Handle): Handler[] {
  const { consumes } = consumerOf(queue);
  return (consumes === '#' ? ['#'] : consumes).map((type: string) => ({ type, handle }));
}

export interface Service {
  readonly messaging: Messaging;
  readonly log: ReturnType<typeof aLog>;
  readonly health: ReturnType<typeof createHealth>;
  metric(name: string): Promise<Record<string, number>>;
}

/** A vhost of its own, services on it, and a second connection to look at it from outside. */
export interface Bus {
  readonly broker: TestBroker;
  readonly channel: Channel;
  service(name?: string, clock?: () => Date): Service;
  /** Takes everything out of a queue, as soon as it holds that many. */
  take(queue: string, count: number): Promise<ConsumeMessage[]>;
  count(queue: string): Promise<number>;
  /** Ends connections whose name ends so, as a failing network would. */
  kill(nameEnd: string): Promise<void>;
  close(): Promise<void>;
}

export async function aBus(): Promise<Bus> {
  const broker = await testBroker();
  const model: ChannelModel = await connect(broker.amqpUrl);
  model.on('error', () => undefined);
  const channel = await model.createChannel();
  const started: Messaging[] = [];
  const count = async (queue: string) => (await channel.checkQueue(queue)).messageCount;

  async function take(queue: string, wanted: number): Promise<ConsumeMessage[]> {
    const taken: ConsumeMessage[] = [];
    const { consumerTag } = await channel.consume(queue, (message) => void (message && taken.push(message)), {
      noAck: true,
    });
    await eventually(() => {
      if (taken.length < wanted) throw new Error(`${queue} held ${taken.length} of ${wanted}`);
    });
    await channel.cancel(consumerTag);
    return taken;
  }

  function service(name = 'orders', clock = () => new Date()): Service {
    const [log, metrics, health] = [aLog(), createMetrics(name), createHealth()];
    const keys = parseKeys(testKeys());
    const messaging = createMessaging({ url: broker.amqpUrl, service: name, keys, log, metrics, health, clock });
    started.push(messaging);
    const metric = async (of: string) => {
      const { values } = (await metrics.registry.getSingleMetric(`order_events_${of}`)?.get()) ?? { values: [] };
      return Object.fromEntries(
        values.map(({ labels, value }) => [labels.outcome ?? labels.queue ?? labels.to, value]),
      );
    };
    return { messaging, log, health, metric };
  }

  async function kill(nameEnd: string): Promise<void> {
    type Named = { name: string; client_properties?: { connection_name?: string } };
    const isNamed = (each: Named) => each.client_properties?.connection_name?.endsWith(nameEnd);
    const found = await eventually(async () => {
      const all = await broker.management.get<Named[]>(`/vhosts/${broker.vhost}/connections`);
      if (!all.some(isNamed)) throw new Error(`no connection is named …${nameEnd}`);
      return all.filter(isNamed);
    });
    await Promise.all(found.map(({ name }) => broker.management.delete(`/connections/${encodeURIComponent(name)}`)));
  }

  async function close(): Promise<void> {
    await Promise.all(started.map((messaging) => messaging.stop()));
    await model.close();
    await broker.close();
  }

  return { broker, channel, service, take, count, kill, close };
}

/** A promise to hold something up with. */
export function aGate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
