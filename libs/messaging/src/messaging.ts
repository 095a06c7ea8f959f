import { consumerOf, type QueueName, toMessage } from '@order-events/contracts';
import { settledWithin } from './backoff.ts';
import { BrokerConnection } from './connection.ts';
import { type ManagedConsumer, QueueConsumer } from './consumer/consumer.ts';
import { BrokerUnreachableError, SubscriptionError } from './errors.ts';
import { consumersCheck, publisherCheck } from './health.ts';
import { LiveHints, type LiveOptions, type ManagedLive } from './live.ts';
import { messagingMetrics } from './metrics.ts';
import { Resequencer } from './middleware/resequencer.ts';
import { pipeline } from './pipeline.ts';
import type { Messaging, MessagingOptions, Publisher, SubscribeOptions } from './ports.ts';
import { processMessage } from './process-message.ts';
import { BrokerPublisher } from './publisher/publisher.ts';
import { readyTopology } from './ready-topology.ts';
import { checkHandlers, checkOrder, type Handler } from './subscription.ts';
import { EXCHANGE } from './topology.ts';
import { TopologyWatch } from './topology-watch.ts';

const PREFETCH = 20;
const LIVE_WITHIN_MS = 10_000;
const FLUSH_MS = 5_000;

/** Connects nothing before start(). Its functions may be passed on alone. */
export function createMessaging(options: MessagingOptions): Messaging {
  const messaging = new BrokerMessaging({ clock: () => new Date(), random: Math.random, ...options });
  return {
    publisher: messaging.publisher,
    subscribe: (queue, handlers, chosen) => messaging.subscribe(queue, handlers, chosen),
    live: (onMessage, chosen) => {
      const live = messaging.live(onMessage, chosen);
      return { broadcast: (json) => live.broadcast(json) };
    },
    start: () => messaging.start(),
    stopConsuming: () => messaging.stopConsuming(),
    stop: () => messaging.stop(),
  };
}

type Settings = MessagingOptions & Required<Pick<MessagingOptions, 'clock' | 'random'>>;

class BrokerMessaging {
  readonly publisher: Publisher;
  readonly #settings: Settings;
  readonly #counts;
  readonly #publishing: BrokerConnection;
  readonly #consuming: BrokerConnection;
  readonly #copies: BrokerPublisher;
  readonly #publishers: BrokerPublisher[];
  readonly #consumers: ManagedConsumer[] = [];
  readonly #lives: ManagedLive[] = [];
  readonly #watch: TopologyWatch;
  #started = false;

  constructor(settings: Settings) {
    const { url, managementUrl, service, log, metrics, random, clock, compareMs } = settings;
    this.#settings = settings;
    this.#counts = messagingMetrics(metrics);
    this.#publishing = new BrokerConnection({ url, name: `${service} publish`, log, random });
    this.#consuming = new BrokerConnection({ url, name: `${service} consume`, log, random });
    // A channel each: a burst of new events holds up no retry, and an exchange that one misses fails nothing of the others.
    const events = this.#publisherOf('events');
    this.#copies = this.#publisherOf('copies');
    this.#publishers = [events, this.#copies];
    this.publisher = publisherOver(events);
    const [connection, everyMs] = [this.#publishing, compareMs];
    const queues = () => this.#queues();
    this.#watch = new TopologyWatch({ connection, url, managementUrl, queues, log, random, clock, everyMs });
  }

  subscribe(queue: QueueName, handlers: readonly Handler[], chosen: SubscribeOptions = {}): ManagedConsumer {
    this.#refuseAfterStart('subscribe');
    const { prefetch = PREFETCH, order, marks } = chosen;
    checkHandlers(queue, handlers);
    if (order) checkOrder(queue, order.sources);
    const { keys, service, log, clock, random } = this.#settings;
    const [schedule, counts, copies] = [consumerOf(queue), this.#counts, this.#copies];
    const liveSince = () => consumer.status().since;
    const resequencer = order && new Resequencer({ ...order, queue, schedule, liveSince, clock, log, counts });
    const handle = pipeline(keys, handlers, { resequencer, marks });
    const process = processMessage({ queue, service, schedule, handle, copies, log, clock, random, counts });
    const consumer = new QueueConsumer({ connection: this.#consuming, queue, prefetch, process, log, clock, random });
    this.#consumers.push(consumer);
    return consumer;
  }

  live(onMessage: (json: unknown) => void, chosen: LiveOptions = {}): ManagedLive {
    this.#refuseAfterStart('live');
    const { log, random } = this.#settings;
    const publisher = this.#publisherOf('hints');
    const live = new LiveHints({ connection: this.#consuming, publisher, onMessage, log, random, ...chosen });
    this.#publishers.push(publisher);
    this.#lives.push(live);
    return live;
  }

  async start(): Promise<void> {
    this.#started = true;
    this.#observe();
    try {
      await Promise.all([this.#publishing.open(), this.#consuming.open()]);
      await this.#readyTopology();
      for (const part of [...this.#publishers, ...this.#lives]) part.start();
      await Promise.all(this.#consumers.map(startConsumer));
      this.#watch.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stopConsuming(): Promise<void> {
    this.#watch.stop();
    for (const live of this.#lives) live.stop();
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
    await this.#consuming.close();
  }

  // Consumers before publishers: a message that ends during the stop may still need its copy.
  async stop(): Promise<void> {
    await this.stopConsuming();
    await Promise.all(this.#publishers.map((publisher) => publisher.stop(FLUSH_MS)));
    await this.#publishing.close();
  }

  #observe(): void {
    const { clock, health } = this.#settings;
    this.#counts.watch(this.#consumers, this.#publishers, clock);
    this.#counts.watchTopology(this.#watch, clock);
    health?.add('consumers', () => consumersCheck(this.#consumers, this.#lives, clock()));
    health?.add('topology', () => this.#watch.check());
    health?.add('publisher', () => publisherCheck(this.#publishing));
  }

  async #readyTopology(): Promise<void> {
    const { url, managementUrl, log } = this.#settings;
    const { model } = this.#publishing;
    if (model) await readyTopology({ model, url, managementUrl, queues: this.#queues(), log });
  }

  #publisherOf(name: string): BrokerPublisher {
    const { log, random } = this.#settings;
    return new BrokerPublisher({
      connection: this.#publishing,
      name,
      log,
      random,
      onOutcome: this.#counts.published,
    });
  }

  #queues(): readonly QueueName[] {
    return this.#consumers.map(({ queue }) => queue);
  }

  #refuseAfterStart(name: string): void {
    if (this.#started) throw new SubscriptionError(`call ${name}() before start()`);
  }
}

function publisherOver(events: BrokerPublisher): Publisher {
  return {
    publish: async ({ body, signature }) => events.send({ exchange: EXCHANGE, ...toMessage(body, signature) }),
    get pending() {
      return events.pending;
    },
  };
}

async function startConsumer(consumer: ManagedConsumer): Promise<void> {
  if (await settledWithin(consumer.start(), LIVE_WITHIN_MS)) return;
  throw new BrokerUnreachableError(`queue ${consumer.queue} can’t be consumed: the log says why`);
}
