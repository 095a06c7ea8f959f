import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { topology } from '../src/topology.ts';
import { aStandingTopology, type StandingTopology } from './a-standing-topology.ts';

let standing: StandingTopology;

beforeAll(async () => {
  standing = await aStandingTopology();
}, 60_000);
afterEach(() => standing.restore(), 60_000);
afterAll(() => standing.close());

const described = (name: string) => topology().queues.find((queue) => queue.name === name)?.arguments ?? {};
const without = (name: string, argument: string) =>
  Object.fromEntries(Object.entries(described(name)).filter(([key]) => key !== argument));

/** A queue that stands with some arguments otherwise. */
const queue = (name: string, args: object) => () =>
  standing.instead('queues', name, { arguments: { ...described(name), ...args } });
const queueWithout = (name: string, argument: string) => () =>
  standing.instead('queues', name, { arguments: without(name, argument) });
const classic = (name: string, body: Record<string, unknown>) => () =>
  standing.instead('queues', name, { arguments: { 'x-queue-type': 'classic' }, ...body });
const exchange = (name: string, body: Record<string, unknown>) => () => standing.instead('exchanges', name, body);
const events = { type: 'topic', arguments: { 'alternate-exchange': 'order_events.unrouted' } };

type Variant = readonly [wrong: string, spoil: () => Promise<void>, named: readonly string[]];

const variants: readonly Variant[] = [
  [
    'an exchange is missing, with its bindings',
    () => standing.remove('/exchanges/VHOST/order_events.unrouted'),
    [
      'exchange order_events.unrouted is missing',
      'binding order_events.unrouted → order_events.unrouted (no key) is missing',
    ],
  ],
  [
    'an exchange has another type',
    exchange('order_events', { ...events, type: 'headers' }),
    ['exchange order_events: type is headers, described topic'],
  ],
  [
    'an exchange ends with the broker',
    exchange('order_events.dlx', { type: 'topic', durable: false }),
    ['exchange order_events.dlx: isn’t durable: it ends with the broker'],
  ],
  [
    'an exchange deletes itself',
    exchange('order_events.dlx', { type: 'topic', auto_delete: true }),
    ['exchange order_events.dlx: deletes itself when its last user goes'],
  ],
  [
    'nobody can publish to an exchange',
    exchange('order_events', { ...events, internal: true }),
    ['exchange order_events: is internal: nobody can publish to it'],
  ],
  [
    'the alternate exchange is missing',
    exchange('order_events', { type: 'topic' }),
    ['exchange order_events: alternate-exchange is none, described order_events.unrouted'],
  ],
  [
    'the alternate exchange is another one',
    exchange('order_events', { type: 'topic', arguments: { 'alternate-exchange': 'amq.fanout' } }),
    ['exchange order_events: alternate-exchange is amq.fanout, described order_events.unrouted'],
  ],
  [
    'a policy gives the hops an alternate exchange, so that a hop to nowhere isn’t returned',
    () => standing.policy('elsewhere', 'dlx$', { 'alternate-exchange': 'amq.fanout' }),
    ['exchange order_events.dlx: alternate-exchange is amq.fanout by policy elsewhere, described none'],
  ],
  [
    'a queue is missing, with its bindings',
    () => standing.remove('/queues/VHOST/audit'),
    ['queue audit is missing', 'binding order_events → audit (#) is missing'],
  ],
  [
    'a queue is a classic one',
    () => standing.instead('queues', 'orders.dlq', { arguments: { 'x-queue-type': 'classic' } }),
    [
      'queue orders.dlq: x-queue-type is classic, described quorum',
      'queue orders.dlq: x-delivery-limit is none, described 1000000000',
    ],
  ],
  [
    'a queue deletes itself',
    classic('orders.dlq', { auto_delete: true }),
    [
      'queue orders.dlq: deletes itself when its last user goes',
      'queue orders.dlq: x-queue-type is classic, described quorum',
      'queue orders.dlq: x-delivery-limit is none, described 1000000000',
    ],
  ],
  [
    'a queue ends with the broker',
    classic('orders.dlq', { durable: false }),
    [
      'queue orders.dlq: isn’t durable: it ends with the broker',
      'queue orders.dlq: x-queue-type is classic, described quorum',
      'queue orders.dlq: x-delivery-limit is none, described 1000000000',
    ],
  ],
  [
    'the delivery limit is another one',
    queue('orders', { 'x-delivery-limit': 3 }),
    ['queue orders: x-delivery-limit is 3, described 100'],
  ],
  [
    'dead letters go to another exchange',
    queue('orders', { 'x-dead-letter-exchange': 'amq.topic' }),
    ['queue orders: x-dead-letter-exchange is amq.topic, described order_events.dlx'],
  ],
  [
    'a retry goes back to everybody',
    queue('email.retry.2000', { 'x-dead-letter-exchange': 'order_events' }),
    ['queue email.retry.2000: x-dead-letter-exchange is order_events, described ""'],
  ],
  [
    'dead letters go under another key',
    queue('orders', { 'x-dead-letter-routing-key': 'email.dlq' }),
    ['queue orders: x-dead-letter-routing-key is email.dlq, described orders.dlq'],
  ],
  [
    'a retry comes back under the key it had',
    queueWithout('orders.retry.1000', 'x-dead-letter-routing-key'),
    ['queue orders.retry.1000: x-dead-letter-routing-key is none, described orders'],
  ],
  [
    'dead letters may be lost on their way',
    queue('orders', { 'x-dead-letter-strategy': 'at-most-once' }),
    ['queue orders: x-dead-letter-strategy is at-most-once, described at-least-once'],
  ],
  [
    'a full queue drops its oldest, which also switches at-least-once off',
    queue('orders', { 'x-overflow': 'drop-head' }),
    ['queue orders: x-overflow is drop-head, described reject-publish'],
  ],
  [
    'a tier waits another time',
    queue('orders.retry.1000', { 'x-message-ttl': 60_000 }),
    ['queue orders.retry.1000: x-message-ttl is 60000, described 1000'],
  ],
  [
    'a tier keeps its messages for ever',
    queueWithout('orders.retry.1000', 'x-message-ttl'),
    ['queue orders.retry.1000: x-message-ttl is none, described 1000'],
  ],
  [
    'a queue goes when it isn’t used',
    queue('orders.dlq', { 'x-expires': 3_600_000 }),
    ['queue orders.dlq: x-expires is 3600000, described none'],
  ],
  [
    'a queue holds only so many',
    queue('orders.dlq', { 'x-max-length': 10 }),
    ['queue orders.dlq: x-max-length is 10, described none'],
  ],
  [
    'only one consumer is served',
    queue('orders', { 'x-single-active-consumer': true }),
    ['queue orders: x-single-active-consumer is true, described none'],
  ],
  [
    'a policy limits a queue’s length',
    () => standing.policy('short', '^orders$', { 'max-length': 1_000 }),
    ['queue orders: x-max-length is 1000 by policy short, described none'],
  ],
  [
    'a policy lets messages expire',
    () => standing.policy('brief', '^orders$', { 'message-ttl': 60_000 }),
    ['queue orders: x-message-ttl is 60000 by policy brief, described none'],
  ],
  [
    'a policy ends a queue',
    () => standing.policy('ending', '^orders\\.dlq$', { expires: 60_000 }),
    ['queue orders.dlq: x-expires is 60000 by policy ending, described none'],
  ],
  [
    'a policy sends letters on that were to stay',
    () => standing.policy('onwards', '^orders', { 'dead-letter-exchange': 'amq.fanout' }),
    ['queue orders.dlq: x-dead-letter-exchange is amq.fanout by policy onwards, described none'],
  ],
  [
    'a policy lowers the delivery limit, and one that raises it has no effect',
    async () => {
      await standing.policy('lower', '^orders$', { 'delivery-limit': 5 });
      await standing.policy('higher', '^payments$', { 'delivery-limit': 5_000 });
    },
    ['queue orders: x-delivery-limit is 5 by policy lower, described 100'],
  ],
  [
    'an operator’s policy shortens a tier',
    () => standing.policy('op', '^orders\\.retry\\.8000$', { 'message-ttl': 10 }, 'operator-policies'),
    ['queue orders.retry.8000: x-message-ttl is 10 by policy op, described 8000'],
  ],
  [
    'a queue misses a key',
    () => standing.unbind('order_events', 'orders', 'payment.failed.v1'),
    ['binding order_events → orders (payment.failed.v1) is missing'],
  ],
  [
    'a queue is bound with a wrong key, which matches nothing',
    async () => {
      await standing.unbind('order_events', 'email', 'order.cancelled.v1');
      await standing.bind('order_events', 'email', 'order.*');
    },
    [
      'binding order_events → email (order.cancelled.v1) is missing',
      'binding order_events → email (order.*) is not described',
    ],
  ],
  [
    'a tier isn’t reached',
    () => standing.unbind('order_events.dlx', 'orders.retry.1000', 'orders.retry.1000'),
    ['binding order_events.dlx → orders.retry.1000 (orders.retry.1000) is missing'],
  ],
  [
    'one queue’s letters go to another’s as well',
    () => standing.bind('order_events.dlx', 'email.dlq', 'orders.dlq'),
    ['binding order_events.dlx → email.dlq (orders.dlq) is not described'],
  ],
  [
    'events go round in a circle',
    () => standing.bind('order_events', 'order_events.dlx', '#', 'e'),
    ['binding order_events → exchange order_events.dlx (#) is not described'],
  ],
  [
    'a stranger feeds a queue of ours',
    () => standing.bind('amq.topic', 'orders', 'x'),
    ['binding amq.topic → orders (x) is not described'],
  ],
  [
    'a tier of a former schedule is left',
    () => standing.add('orders.retry.500'),
    ['queue orders.retry.500 is not described'],
  ],
];

test('what stands as described differs in nothing', async () => {
  expect(await standing.lines()).toEqual([]);
});

test.each(variants)(
  '%s: named exactly',
  async (_wrong, spoil, named) => {
    await spoil();
    expect(await standing.lines()).toEqual(named);
  },
  30_000,
);
