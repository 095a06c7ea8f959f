import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type CloudEvent,
  createEvent,
  type EventDraft,
  getStatusLabel,
  orderCompleted,
  orderCreated,
  orderStatusChanged,
  type Status,
} from '@order-events/contracts';
import type { Service } from '@order-events/runtime';
import { anOrder, asking, eventually, personToken, type Surroundings, startSurroundings } from '@order-events/testing';
import { service } from '../src/index.ts';

let around: Surroundings;
let instances: Service[];
let aheadMs = 0;

beforeAll(async () => {
  around = await startSurroundings('notifications');
  const clock = () => new Date(Date.now() + aheadMs);
  instances = [1, 2].map(() => service.create(around.env, { clock }));
  for (const instance of instances) await instance.start();
});
afterAll(async () => {
  await Promise.all(instances.map((instance) => instance.stop()));
  await around.stop();
});

/** Every event of an order from its creation to its delivery. */
function story(userid: string): CloudEvent[] {
  const order = anOrder({ userId: userid });
  const at = (status: number, version: number) => {
    const label = getStatusLabel(status as Status);
    return { ...order, status: status as Status, statusLabel: label, version };
  };
  const moves = [1, 2, 3, 4].map((status) => {
    const [from, to] = [at(status - 1, status), at(status, status + 1)];
    const labels = { oldStatusLabel: from.statusLabel, newStatusLabel: to.statusLabel };
    return orderStatusChanged({ order: to, oldStatus: from.status, newStatus: to.status, ...labels });
  });
  const drafts: EventDraft[] = [orderCreated({ order }), ...moves, orderCompleted({ order: at(4, 6) })];
  const attributes = { source: '/services/orders', subject: order.id, userid, correlationid: randomUUID() };
  return drafts.map((draft, place) => {
    const time = new Date().toISOString();
    return createEvent(draft, { id: randomUUID(), version: place + 1, time, triggeredby: 'system', ...attributes });
  });
}

/** The versions in a person's feed, by order. */
async function versionsInFeed(person: string): Promise<Map<string, number[]>> {
  const get = asking(instances[0]?.url ?? '', personToken(person));
  const { body } = await get('GET', '/api/v1/notifications?limit=100');
  const items = body.items as { payload: { order: { id: string; version: number } } }[];
  const orders = Map.groupBy(items, ({ payload }) => payload.order.id);
  return new Map([...orders].map(([id, of]) => [id, of.map(({ payload }) => payload.order.version)]));
}

async function cameEarly(): Promise<number> {
  const scraped = await Promise.all(instances.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  const counts = scraped.join('\n').matchAll(/messages_handled_total\{[^}]*outcome="early"[^}]*\} (\d+)/g);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

test('events of forty orders come shuffled and twice to two instances: each feed has each order in order, once', async () => {
  const people = ['ada', 'bea', 'cem', 'dan'];
  const stories = people.flatMap((person) => Array.from({ length: 10 }, () => story(person)));
  const events = [...stories, ...stories].flat().map((event) => ({ event, place: Math.random() }));
  events.sort((a, b) => a.place - b.place);
  await Promise.all(events.map(({ event }) => around.publishEvent(event)));
  for (const person of people) {
    await eventually(
      async () => {
        const orders = await versionsInFeed(person);
        expect(orders.size).toBe(10);
        for (const versions of orders.values()) expect(versions).toEqual([1, 2, 3, 4, 5, 6]);
      },
      { timeoutMs: 45_000 },
    );
  }
}, 60_000);

test('an event missing for two minutes is appended when it comes, behind those that went on without it', async () => {
  const events = story('eve') as [CloudEvent, CloudEvent, CloudEvent, ...CloudEvent[]];
  const isTold = (...versions: number[]) =>
    eventually(async () => expect([...(await versionsInFeed('eve')).values()]).toEqual([versions]), {
      timeoutMs: 20_000,
    });
  const before = await cameEarly();
  await around.publishEvent(events[0]);
  await around.publishEvent(events[2]);
  await isTold(1);
  await eventually(async () => expect(await cameEarly()).toBeGreaterThan(before), { timeoutMs: 20_000 });
  aheadMs = 120_000;
  await isTold(1, 3);
  await around.publishEvent(events[1]);
  await isTold(1, 3, 2);
}, 60_000);
