import { consumerOf, consumers, type QueueName } from '@order-events/contracts';

/** The exchanges every part knows by name. */
export const EXCHANGE = 'order_events';
export const UNROUTED = 'order_events.unrouted';
export const DLX = 'order_events.dlx';
export const LIVE = 'notifications.live';

type Arguments = Readonly<Record<string, string | number>>;

export interface Exchange {
  readonly name: string;
  readonly type: 'topic' | 'fanout';
  readonly arguments: Arguments;
}
export interface Queue {
  readonly name: string;
  readonly arguments: Arguments;
}
export interface Binding {
  readonly exchange: string;
  readonly queue: string;
  readonly key: string;
}
/** Everything durable that the broker must hold, in an order in which it can be declared. */
export interface Topology {
  readonly exchanges: readonly Exchange[];
  readonly queues: readonly Queue[];
  readonly bindings: readonly Binding[];
}

/** What a queue's consumer may spend on one message: how often it is tried, and the pause after the first failure (doubled after each). */
export interface Schedule {
  readonly attempts: number;
  readonly firstDelayMs: number;
}

export const dlqOf = (queue: string) => `${queue}.dlq`;
export const tierOf = (queue: string, ms: number) => `${queue}.retry.${ms}`;

/** The pause after each failed attempt but the last: 5 attempts from 1 s wait 1, 2, 4 and 8 s. */
export function delaysOf({ attempts, firstDelayMs }: Schedule): number[] {
  return Array.from({ length: attempts - 1 }, (_, failed) => firstDelayMs * 2 ** failed);
}

// Unset, 4.x drops a message after 20 deliveries and 3.10 never does. Letters are looked at as often as anyone likes.
const LOOKED_AT_FREELY = { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000_000 };
// A backstop against a message that kills its process; ordinary failures travel as copies and never count here.
const CRASH_BACKSTOP = 100;
// At-least-once dead-lettering exists only together with reject-publish; else it silently becomes at-most-once.
const AT_LEAST_ONCE = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' };

const exchanges: readonly Exchange[] = [
  { name: UNROUTED, type: 'fanout', arguments: {} },
  { name: EXCHANGE, type: 'topic', arguments: { 'alternate-exchange': UNROUTED } },
  { name: DLX, type: 'topic', arguments: {} },
  { name: LIVE, type: 'fanout', arguments: {} },
];

/**
 * The one description of what stands in the broker: declared by services, checked at start, drawn in the documentation.
 * `own` are the queues of the service that asks: all of them are in it, also those of the example.
 * The queue that is made last is one that hardly anything is said to (see declareTopology).
 */
export function topology(own: readonly QueueName[] = []): Topology {
  const names = new Set([...(Object.keys(consumers) as QueueName[]), ...own]);
  const perQueue = [...names].map((name) => {
    const { consumes, ...schedule } = consumerOf(name);
    return describeQueue(name, consumes === '#' ? ['#'] : consumes, schedule);
  });
  return {
    exchanges,
    queues: [...perQueue.flatMap(({ queues }) => queues), { name: UNROUTED, arguments: LOOKED_AT_FREELY }],
    bindings: [{ exchange: UNROUTED, queue: UNROUTED, key: '' }, ...perQueue.flatMap(({ bindings }) => bindings)],
  };
}

// A tier returns to its one queue through the default exchange, never through order_events: a retry is nobody else's.
function describeQueue(queue: QueueName, keys: readonly string[], schedule: Schedule) {
  const dlq = dlqOf(queue);
  const tiers = delaysOf(schedule).map((ms) => ({
    name: tierOf(queue, ms),
    arguments: {
      ...LOOKED_AT_FREELY,
      ...AT_LEAST_ONCE,
      'x-message-ttl': ms,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': queue,
    },
  }));
  const main = {
    name: queue,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': CRASH_BACKSTOP,
      ...AT_LEAST_ONCE,
      'x-dead-letter-exchange': DLX,
      'x-dead-letter-routing-key': dlq,
    },
  };
  const hops = [dlq, ...tiers.map(({ name }) => name)];
  return {
    queues: [{ name: dlq, arguments: LOOKED_AT_FREELY }, ...tiers, main],
    bindings: [
      ...hops.map((name) => ({ exchange: DLX, queue: name, key: name })),
      ...keys.map((key) => ({ exchange: EXCHANGE, queue, key })),
    ],
  };
}
