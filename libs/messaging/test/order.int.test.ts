import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CloudEvent } from '@order-events/contracts';
import { ServiceError } from '@order-events/runtime';
import { anEvent, eventually, signed } from '@order-events/testing';
import { createDeadLetters, type Delivery, SubscriptionError } from '../src/index.ts';
import { aBus, aLog, type Bus, handlersOf, type Service } from './a-bus.ts';
import { aProgress } from './a-progress.ts';

const queue = 'notifications';
const types = ['created', 'status_changed', 'updated', 'status_changed', 'status_changed', 'completed'];

let bus: Bus;
let instances: Service[];
let progress: ReturnType<typeof aProgress>;
let now: number;
/** What was handled of each order, when it had its effect. */
let effects: Map<string, [sequence: number, order: Delivery['order']][]>;
let behave: (event: CloudEvent, delivery: Delivery) => unknown;

beforeEach(async () => {
  bus = await aBus();
  [progress, effects, now, behave] = [aProgress(), new Map(), Date.now(), () => undefined];
  instances = [await anInstance(), await anInstance()];
});
afterEach(() => bus.close());

async function anInstance(): Promise<Service> {
  const instance = bus.service(queue, () => new Date(now));
  const handlers = handlersOf(queue, async (event, delivery) => {
    await behave(event, delivery);
    effects.set(event.subject, [...of(event.subject), [Number(event.sequence), delivery.order]]);
  });
  instance.messaging.subscribe(queue, handlers, { order: { sources: ['/services/orders'], progress } });
  await instance.messaging.start();
  return instance;
}

const of = (subject: string) => effects.get(subject) ?? [];
const story = (subject: string) => types.map((name, at) => anEvent(`order.${name}.v1`, { subject, version: at + 1 }));
const say = (...events: CloudEvent[]) =>
  Promise.all(events.map((event) => instances[0]?.messaging.publisher.publish(signed(event))));
const handled = (subject: string, ...expected: [number, Delivery['order']][]) =>
  eventually(() => expect(of(subject)).toEqual(expected), { timeoutMs: 30_000 });
const metric = async (name: string) =>
  (await Promise.all(instances.map((instance) => instance.metric(name))))
    .flatMap(Object.values)
    .reduce((sum, value) => sum + value, 0);

test('fifty orders at once over two instances, their events shuffled and some failing at first: each in order, once', async () => {
  const subjects = Array.from({ length: 50 }, (_, at) => `order-${at}`);
  const failed = new Set<string>();
  const running = new Set<string>();
  const overlaps: string[] = [];
  let widest = 0;
  behave = async ({ id, subject, sequence }) => {
    if (running.has(subject)) overlaps.push(subject);
    running.add(subject);
    widest = Math.max(widest, running.size);
    await delay(50 * Math.random());
    running.delete(subject);
    if (Number(sequence) % 5 !== 2 || failed.has(id)) return;
    failed.add(id);
    throw new ServiceError('unavailable', 'once', 'not yet');
  };
  const events = subjects.flatMap(story).map((event) => ({ event, place: Math.random() }));
  await say(...events.sort((a, b) => a.place - b.place).map(({ event }) => event));
  const whole = types.map((_, at): [number, Delivery['order']] => [at + 1, 'in-turn']);
  for (const subject of subjects) await handled(subject, ...whole);
  expect(overlaps).toEqual([]);
  expect(widest).toBeGreaterThan(4);
  expect(await metric('events_skipped_total')).toBe(0);
  expect(await metric('events_late_total')).toBe(0);
  for (const { log } of instances) expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
}, 60_000);

test('after a dead letter the next event goes on at once; replayed by an operator it is handled as late', async () => {
  const subject = 'an-order';
  const [first, second, third] = story(subject) as [CloudEvent, CloudEvent, CloudEvent];
  let broken = true;
  behave = ({ id }) => {
    if (broken && id === second.id) throw new ServiceError('conflict', 'never', 'never right');
  };
  await say(first);
  await say(second);
  await say(third);
  await handled(subject, [1, 'in-turn'], [3, 'in-turn']);
  expect(await metric('events_skipped_total')).toBe(1);

  broken = false;
  const letters = createDeadLetters({ url: bus.broker.amqpUrl, service: 'audit', log: aLog() });
  await letters.start();
  await eventually(async () => expect(await letters.count(queue)).toBe(1));
  await letters.hold(
    queue,
    () => true,
    async ([letter]) => letter?.sendAgain(),
  );
  await letters.stop();
  await handled(subject, [1, 'in-turn'], [3, 'in-turn'], [2, 'late']);
  expect(await metric('events_late_total')).toBe(1);
}, 30_000);

test('a message that proves nothing moves no order: what comes after it waits its two minutes', async () => {
  const subject = 'an-order';
  const [first, second, third] = story(subject) as [CloudEvent, CloudEvent, CloudEvent];
  await say(first);
  const forged = Buffer.from(JSON.stringify(second));
  bus.channel.publish('order_events', second.type, forged, { messageId: second.id, type: second.type });
  await bus.take(`${queue}.dlq`, 1);
  await say(third);
  await eventually(() =>
    expect([...progress.kept.values()]).toMatchObject([{ sequence: 1, waiting: [{ sequence: 3 }] }]),
  );
  now += 119_000;
  const before = await metric('messages_handled_total');
  await eventually(async () => expect(await metric('messages_handled_total')).toBeGreaterThan(before + 1));
  expect(of(subject)).toEqual([[1, 'in-turn']]);
  now += 1_000;
  await handled(subject, [1, 'in-turn'], [3, 'in-turn']);
  await say(second);
  await handled(subject, [1, 'in-turn'], [3, 'in-turn'], [2, 'late']);
}, 30_000);

test('a consumer that comes back after an outage waits anew: what is missing may be right behind', async () => {
  const subject = 'an-order';
  const [first, second, third] = story(subject) as [CloudEvent, CloudEvent, CloudEvent];
  await say(third);
  await eventually(() => expect(progress.kept.size).toBe(1));
  await Promise.all(instances.map(({ messaging }) => messaging.stop()));
  now += 60 * 60_000;
  instances = [await anInstance()];
  await eventually(async () => expect(await metric('messages_handled_total')).toBeGreaterThanOrEqual(2));
  await say(first, second);
  await handled(subject, [1, 'in-turn'], [2, 'in-turn'], [3, 'in-turn']);
}, 30_000);

test('order asked of a source that the queue only hears in part is refused', () => {
  const { messaging } = bus.service(queue);
  const order = { sources: ['/services/inventory'], progress };
  const handlers = handlersOf(queue, async () => undefined);
  expect(() => messaging.subscribe(queue, handlers, { order })).toThrow(SubscriptionError);
});
