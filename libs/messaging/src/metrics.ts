import type { Metrics } from '@order-events/runtime';
import type { ManagedConsumer } from './consumer/consumer.ts';
import type { Processed } from './outcome.ts';
import type { OutgoingMessage, PublishOutcome } from './publisher/outgoing.ts';
import type { ConfirmedPublisher } from './publisher/publisher.ts';
import { DLX } from './topology.ts';
import type { TopologyWatch } from './topology-watch.ts';

const HANDLE_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export interface MessagingMetrics {
  published(message: OutgoingMessage, outcome: PublishOutcome): void;
  processed(queue: string, how: Processed, seconds: number): void;
  /** So many events that an ordered consumer goes on without. */
  skipped(queue: string, why: 'dead' | 'missing', events: number): void;
  late(queue: string): void;
  watch(consumers: readonly ManagedConsumer[], publishers: readonly ConfirmedPublisher[], clock: () => Date): void;
  watchTopology(watch: Pick<TopologyWatch, 'found' | 'lookedAt'>, clock: () => Date): void;
}

export function messagingMetrics(metrics: Metrics): MessagingMetrics {
  const { published, copied, handled, duration, skipped, late } = meters(metrics);
  return {
    skipped: (queue, why, events) => skipped.inc({ queue, why }, events),
    late: (queue) => late.inc({ queue }),
    published({ exchange, routingKey }, outcome) {
      published.inc({ exchange, outcome });
      if (exchange === DLX && outcome === 'confirmed') copied.inc({ to: routingKey });
    },
    processed(queue, outcome, seconds) {
      handled.inc({ queue, outcome });
      duration.observe({ queue }, seconds);
    },
    watchTopology: (watch, clock) => gaugeTopology(metrics, watch, clock),
    watch(consumers, publishers, clock) {
      gaugeConsumers(metrics, consumers, clock);
      metrics.gauge('publisher_pending', 'Messages that wait for their confirm', [], (gauge) => {
        gauge.set(publishers.reduce((sum, { pending }) => sum + pending, 0));
      });
    },
  };
}

const meters = (metrics: Metrics) => ({
  published: metrics.counter('messages_published_total', 'Messages given to the broker, by its answer', [
    'exchange',
    'outcome',
  ]),
  copied: metrics.counter('messages_copied_total', 'Retries and dead letters, by the queue they went to', ['to']),
  handled: metrics.counter('messages_handled_total', 'Messages taken from a queue, by outcome', ['queue', 'outcome']),
  duration: metrics.histogram(
    'message_handle_seconds',
    'From taking a message to settling it',
    ['queue'],
    HANDLE_BUCKETS,
  ),
  skipped: metrics.counter('events_skipped_total', 'Events that later ones of their subject no longer waited for', [
    'queue',
    'why',
  ]),
  late: metrics.counter('events_late_total', 'Events handled after they had been skipped', ['queue']),
});

function gaugeTopology(metrics: Metrics, watch: Pick<TopologyWatch, 'found' | 'lookedAt'>, clock: () => Date): void {
  metrics.gauge('topology_differences', 'Where the broker differs from the description', ['loses'], (gauge) => {
    const losing = watch.found.filter(({ loses }) => loses).length;
    gauge.set({ loses: 'yes' }, losing);
    gauge.set({ loses: 'no' }, watch.found.length - losing);
  });
  metrics.gauge('topology_looked_at_seconds', 'Age of the last comparison; absent before the first', [], (gauge) => {
    if (watch.lookedAt) gauge.set((clock().getTime() - watch.lookedAt.getTime()) / 1_000);
  });
}

function gaugeConsumers(metrics: Metrics, consumers: readonly ManagedConsumer[], clock: () => Date): void {
  const secondsSince = (time?: Date) => (time ? (clock().getTime() - time.getTime()) / 1_000 : 0);
  metrics.gauge('consumer_live', '1 while the broker hands messages to this consumer', ['queue'], (gauge) => {
    for (const consumer of consumers) gauge.set({ queue: consumer.queue }, consumer.status().live ? 1 : 0);
  });
  metrics.gauge('consumer_paused', '1 while an outage of a dependency holds it back', ['queue'], (gauge) => {
    for (const consumer of consumers) gauge.set({ queue: consumer.queue }, consumer.status().paused ? 1 : 0);
  });
  metrics.gauge('consumer_in_flight', 'Messages being handled', ['queue'], (gauge) => {
    for (const consumer of consumers) gauge.set({ queue: consumer.queue }, consumer.status().inFlight);
  });
  metrics.gauge(
    'consumer_oldest_seconds',
    'Age of the oldest message in hand, trial messages apart',
    ['queue'],
    (gauge) => {
      for (const consumer of consumers) gauge.set({ queue: consumer.queue }, secondsSince(consumer.status().oldest));
    },
  );
  metrics.gauge('consumer_paused_seconds', 'For how long an outage has held it back', ['queue'], (gauge) => {
    for (const consumer of consumers) gauge.set({ queue: consumer.queue }, secondsSince(consumer.status().pausedSince));
  });
}
