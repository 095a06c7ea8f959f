import type { KeyRing, QueueName } from '@order-events/contracts';
import type { createHealth, createMetrics } from '@order-events/runtime';
import type { Handler } from './subscription.ts';

export interface Log {
  debug(phrase: string, fields?: object): void;
  info(phrase: string, fields?: object): void;
  warn(phrase: string, fields?: object): void;
  error(phrase: string, fields?: object): void;
}

export interface MessagingOptions {
  readonly url: string;
  /** The service's name: in connection names, the failure envelope, log lines. */
  readonly service: string;
  readonly keys: KeyRing;
  readonly log: Log;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly health?: ReturnType<typeof createHealth>;
  readonly clock?: () => Date;
  readonly random?: () => number;
}

export interface Publisher {
  /** To `order_events`. Resolves only when the broker has confirmed and not returned it; rejects otherwise, once. */
  publish(entry: { readonly body: string; readonly signature: string }): Promise<void>;
  /** How many publishes wait for their confirm. */
  readonly pending: number;
}

export interface ConsumerStatus {
  /** True while the broker has this consumer's tag. */
  readonly live: boolean;
  /** Since when it has been live without a break. */
  readonly since?: Date;
  readonly inFlight: number;
  /** Why it holds back, while it does. */
  readonly paused?: string;
}

export interface Consumer {
  status(): ConsumerStatus;
  /** Messages that wait in the queue, not counting those in flight. */
  depth(): Promise<number>;
}

export interface SubscribeOptions {
  /** How many messages are handled at once (default 20). */
  readonly prefetch?: number;
  /** Events of one source and subject are handled one after another within this process. */
  readonly ordered?: boolean;
}

export interface Live {
  /** Says it to every running instance, this one included. A hint: it may get lost. */
  say(json: unknown): Promise<void>;
}

export interface LiveOptions {
  /** Called whenever this instance can hear (again): what was said before must be read from the store. */
  readonly onReady?: () => void;
}

export interface Messaging {
  readonly publisher: Publisher;
  /** Before start(). Throws SubscriptionError when the handlers aren't exactly what the consumers table says the queue hears. */
  subscribe(queue: QueueName, handlers: readonly Handler[], options?: SubscribeOptions): Consumer;
  /** Before start(). */
  live(onMessage: (json: unknown) => void, options?: LiveOptions): Live;
  /** Connects, declares the whole topology, starts consuming. Rejects within the bound when the broker can't be used. */
  start(): Promise<void>;
  /** Takes no new message, waits up to 10 s for the handlers that run, settles them, confirms what was published, closes. */
  stop(): Promise<void>;
}

export function createMessaging(_options: MessagingOptions): Messaging {
  throw new Error('not built yet');
}
