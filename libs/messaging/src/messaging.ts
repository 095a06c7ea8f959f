import { consumerOf, type KeyRing, type QueueName, toMessage } from '@order-events/contracts';
import type { Health, Metrics } from '@order-events/runtime';
import { settledWithin } from './backoff.ts';
import { createConnection } from './connection.ts';
import { type Consumer, type ManagedConsumer, QueueConsumer } from './consumer/consumer.ts';
import { BrokerUnreachableError, SubscriptionError } from './errors.ts';
import { consumersCheck, publisherCheck } from './health.ts';
import { createLive, type Live, type LiveOptions, type ManagedLive } from './live.ts';
import type { Log } from './log.ts';
import { messagingMetrics } from './metrics.ts';
import { createTurns } from './middleware/in-turn.ts';
import type { StartMarks } from './middleware/start-mark.ts';
import { pipeline } from './pipeline.ts';
import { processMessage } from './process-message.ts';
import type { ProgressStore } from './progress.ts';
import { BrokerPublisher } from './publisher/publisher.ts';
import { readyTopology } from './ready-topology.ts';
import { checkHandlers, checkOrder, type Handler } from './subscription.ts';
import { EXCHANGE } from './topology.ts';
import { watchTopology } from './topology-watch.ts';

const PREFETCH = 20;
const LIVE_WITHIN_MS = 10_000;
const FLUSH_MS = 5_000;

export interface MessagingOptions {
  readonly url: string;
  /** The management API, with user and password: then the start compares all that stands in the broker. */
  readonly managementUrl?: string | undefined;
  /** The service's name: in connection names, failure envelopes, health and log lines. */
  readonly service: string;
  readonly keys: KeyRing;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health?: Health;
  readonly clock?: () => Date;
  readonly random?: () => number;
  /** About how often what stands in the broker is compared again (default 3 min). */
  readonly compareMs?: number;
}

export interface Publisher {
  /**
   * To `order_events`. Resolves only when the broker has confirmed it and not returned it; rejects otherwise, once:
   * UnroutableError, or UnconfirmedError whose fate `unknown` means that it may be there. Then send the same again.
   */
  publish(entry: { readonly body: string; readonly signature: string }): Promise<void>;
  /** How many publishes wait for their confirm. */
  readonly pending: number;
}

export interface EventOrder {
  /** Sources of which the queue hears every type: each of their subjects counts 1, 2, 3 … */
  readonly sources: readonly string[];
  /** Shared by all instances. */
  readonly progress: ProgressStore;
}

export interface SubscribeOptions {
  /** How many messages are handled at once (default 20). */
  readonly prefetch?: number;
  /** Events of one source and subject are handled in the order in which they were said. */
  readonly order?: EventOrder;
  /** Kept in the service's store: a message that kills the process again and again is then found out and dead-lettered. */
  readonly marks?: StartMarks;
}

export interface Messaging {
  readonly publisher: Publisher;
  /**
   * Before start(). Throws SubscriptionError when the handlers aren't exactly what the consumers table says the queue
   * hears, or order is asked of a source of which it doesn't hear everything.
   */
  subscribe(queue: QueueName, handlers: readonly Handler[], options?: SubscribeOptions): Consumer;
  /** Before start(). Hints among the instances of notifications. */
  live(onMessage: (json: unknown) => void, options?: LiveOptions): Live;
  /** Connects, makes sure of the whole topology, starts consuming. Rejects within a bound when the broker can't be used. */
  start(): Promise<void>;
  /**
   * Consumers take no new message; handlers that run get 10 s, and their messages are acknowledged, retried or
   * dead-lettered. The publisher works on, so a relay can still publish. Idempotent.
   */
  stopConsuming(): Promise<void>;
  /** Calls stopConsuming(), waits up to 5 s for the confirms of what was published, then closes both connections. */
  stop(): Promise<void>;
}

export function createMessaging(options: MessagingOptions): Messaging {
  const {
    url,
    managementUrl,
    service,
    keys,
    log,
    metrics,
    health,
    clock = () => new Date(),
    random = Math.random,
    compareMs,
  } = options;
  const counts = messagingMetrics(metrics);
  const publishing = createConnection({ url, name: `${service} publish`, log, random });
  const consuming = createConnection({ url, name: `${service} consume`, log, random });
  // A channel each: a burst of new events holds up no retry, and an exchange that one misses fails nothing of the others.
  const events = publisherOf('events');
  const copies = publisherOf('copies');
  const publishers = [events, copies];
  const consumers: ManagedConsumer[] = [];
  const lives: ManagedLive[] = [];
  const watch = watchTopology({
    connection: publishing,
    url,
    managementUrl,
    queues: () => consumers.map(({ queue }) => queue),
    log,
    random,
    clock,
    everyMs: compareMs,
  });
  let started = false;

  function notYetStarted(): void {
    if (started) throw new SubscriptionError('what is heard is said before start(): nobody would start it now');
  }

  function publisherOf(name: string) {
    return new BrokerPublisher({ connection: publishing, name, log, random, onOutcome: counts.published });
  }

  function subscribe(queue: QueueName, handlers: readonly Handler[], chosen: SubscribeOptions = {}): Consumer {
    notYetStarted();
    checkHandlers(queue, handlers);
    const { prefetch = PREFETCH, order, marks } = chosen;
    const schedule = consumerOf(queue);
    if (order) checkOrder(queue, order.sources);
    const liveSince = () => consumer.status().since;
    const turns = order && createTurns({ ...order, queue, schedule, liveSince, clock, log, counts });
    const handle = pipeline(keys, handlers, { turns, marks });
    const process = processMessage({ queue, service, schedule, handle, copies, log, clock, random, counts });
    const consumer = new QueueConsumer({ connection: consuming, queue, prefetch, process, log, clock, random });
    consumers.push(consumer);
    return consumer;
  }

  function live(onMessage: (json: unknown) => void, chosen: LiveOptions = {}): Live {
    notYetStarted();
    const publisher = publisherOf('hints');
    const created = createLive({ connection: consuming, publisher, onMessage, log, random, ...chosen });
    publishers.push(publisher);
    lives.push(created);
    return created;
  }

  async function start(): Promise<void> {
    started = true;
    counts.watch(consumers, publishers, clock);
    health?.add('consumers', () => consumersCheck(consumers, lives, clock()));
    counts.watchTopology(watch, clock);
    health?.add('topology', watch.check);
    health?.add('publisher', () => publisherCheck(publishing));
    try {
      await Promise.all([publishing.open(), consuming.open()]);
      const queues = consumers.map(({ queue }) => queue);
      if (publishing.model) await readyTopology({ model: publishing.model, url, managementUrl, queues, log });
      for (const part of [...publishers, ...lives]) part.start();
      await Promise.all(consumers.map(startConsumer));
      watch.start();
    } catch (error) {
      await stop();
      throw error;
    }
  }

  async function startConsumer(consumer: ManagedConsumer): Promise<void> {
    if (await settledWithin(consumer.start(), LIVE_WITHIN_MS)) return;
    throw new BrokerUnreachableError(`queue ${consumer.queue} can’t be consumed: the log says why`);
  }

  async function stopConsuming(): Promise<void> {
    watch.stop();
    for (const { stop: end } of lives) end();
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await consuming.close();
  }

  // Consumers before publishers: a message that ends during the stop may still need its copy.
  async function stop(): Promise<void> {
    await stopConsuming();
    await Promise.all(publishers.map((publisher) => publisher.stop(FLUSH_MS)));
    await publishing.close();
  }

  const publisher: Publisher = {
    publish: async ({ body, signature }) => events.send({ exchange: EXCHANGE, ...toMessage(body, signature) }),
    get pending() {
      return events.pending;
    },
  };
  return { publisher, subscribe, live, start, stopConsuming, stop };
}
