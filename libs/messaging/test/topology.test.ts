import { expect, test } from '@jest/globals';
import { consumerOf, consumers } from '@order-events/contracts';
import { delaysOf, topology } from '../src/topology.ts';

const { exchanges, queues, bindings } = topology();
const argumentsOf = (name: string) => queues.find((queue) => queue.name === name)?.arguments;
const keysInto = (queue: string, exchange: string) =>
  bindings.filter((binding) => binding.queue === queue && binding.exchange === exchange).map(({ key }) => key);

test('each failed attempt but the last waits twice as long as the one before', () => {
  expect(delaysOf({ attempts: 3, firstDelayMs: 2_000 })).toEqual([2_000, 4_000]);
  expect(delaysOf({ attempts: 5, firstDelayMs: 1_000 })).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(delaysOf({ attempts: 1, firstDelayMs: 1_000 })).toEqual([]);
});

test('what nobody is bound to goes by the alternate exchange into a queue of its own', () => {
  expect(exchanges).toContainEqual({
    name: 'order_events',
    type: 'topic',
    arguments: { 'alternate-exchange': 'order_events.unrouted' },
  });
  expect(keysInto('order_events.unrouted', 'order_events.unrouted')).toEqual(['']);
});

test('a queue hears exactly what the consumers table says, by full keys', () => {
  expect(keysInto('orders', 'order_events')).toEqual(consumerOf('orders').consumes);
  expect(keysInto('email.priority', 'order_events')).toEqual(['order.status_changed.v1']);
  expect(keysInto('audit', 'order_events')).toEqual(['#']);
});

test('a consumed queue never drops: quorum, an explicit delivery limit, dead letters at least once', () => {
  for (const name of Object.keys(consumers)) {
    expect(argumentsOf(name)).toEqual({
      'x-queue-type': 'quorum',
      'x-delivery-limit': 100,
      'x-dead-letter-exchange': 'order_events.dlx',
      'x-dead-letter-routing-key': `${name}.dlq`,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    });
  }
});

test('a tier gives its messages back to its own queue only, after its time', () => {
  expect(argumentsOf('email.priority.retry.4000')).toMatchObject({
    'x-message-ttl': 4_000,
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': 'email.priority',
    'x-dead-letter-strategy': 'at-least-once',
  });
});

test('dead letters and unrouted messages may be looked at any number of times', () => {
  for (const name of ['orders.dlq', 'order_events.unrouted']) {
    expect(argumentsOf(name)).toEqual({ 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000_000 });
  }
});

test('every tier and dead letter queue is reached by its own name and no other key', () => {
  const hops = queues.filter(({ name }) => /\.(dlq|retry\.\d+)$/.test(name));
  expect(hops.length).toBeGreaterThan(Object.keys(consumers).length);
  for (const { name } of hops) expect(keysInto(name, 'order_events.dlx')).toEqual([name]);
});
