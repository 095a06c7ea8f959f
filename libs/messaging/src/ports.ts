import type { KeyRing, QueueName } from '@order-events/contracts';
import type { Health, Metrics } from '@order-events/runtime';
import type { Consumer } from './consumer/consumer.ts';
import type { Live, LiveOptions } from './live.ts';
import type { Log } from './log.ts';
import type { StartMarks } from './middleware/start-mark.ts';
import type { ProgressStore } from './progress.ts';
import type { Handler } from './subscription.ts';

export interface MessagingOptions {
  /** The broker, with user, password and vhost. */
  readonly url: string;
  /** The management API, with user and password: with it the start compares everything in the broker with the topology. */
  readonly managementUrl?: string | undefined;
  /** The service's name: in connection names, failure envelopes, health and log lines. */
  readonly service: string;
  readonly keys: KeyRing;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health?: Health;
  /** The default is the machine's clock. */
  readonly clock?: () => Date;
  /** From 0 to 1: spreads reconnects and retries (default Math.random). */
  readonly random?: () => number;
  /** About how often the broker is compared with the topology again, in ms (default 180,000). */
  readonly compareMs?: number;
}

export interface Publisher {
  /**
   * Publishes an event to `order_events`. Resolves when the broker has confirmed it and not returned it. Rejects with
   * UnroutableError, or with UnconfirmedError. Its fate `unknown` means that the event may be there: publish the same
   * event again.
   */
  publish(entry: { readonly body: string; readonly signature: string }): Promise<void>;
  /** How many publishes wait for their confirm. */
  readonly pending: number;
}

export interface EventOrder {
  /** Sources of which the queue consumes every type: each of their subjects counts 1, 2, 3 … */
  readonly sources: readonly string[];
  /** Shared by all instances. */
  readonly progress: ProgressStore;
}

export interface SubscribeOptions {
  /** How many messages are handled at once (default 20). */
  readonly prefetch?: number;
  /** Events of one source and subject are handled in the order in which they were published (default: any order). */
  readonly order?: EventOrder;
  /** Kept in the service's store: then a message that kills the process five times is dead-lettered (default: never). */
  readonly marks?: StartMarks;
}

export interface Messaging {
  readonly publisher: Publisher;
  /**
   * Call it before start(). Throws SubscriptionError when the handlers are not exactly those of the types that the
   * consumers table names for the queue, or when order is asked of a source whose events it does not all consume.
   */
  subscribe(queue: QueueName, handlers: readonly Handler[], options?: SubscribeOptions): Consumer;
  /** Call it before start(). Hints among the instances of notifications; throws SubscriptionError after start(). */
  live(onMessage: (json: unknown) => void, options?: LiveOptions): Live;
  /** Connects, declares the missing part of the topology, consumes. Rejects after at most 15 s for each of the three. */
  start(): Promise<void>;
  /**
   * Consumers take no new message; handlers that run get 10 s, and their messages are acknowledged, retried or
   * dead-lettered. The publisher works on, so a relay can still publish. Idempotent.
   */
  stopConsuming(): Promise<void>;
  /** Calls stopConsuming(), waits up to 5 s for the confirms of what was published, then closes both connections. */
  stop(): Promise<void>;
}
