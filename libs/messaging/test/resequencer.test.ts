import { expect, test } from '@jest/globals';
import { parseKeys } from '@order-events/contracts';
import { ServiceError } from '@order-events/runtime';
import { anEvent, signed, testKeys } from '@order-events/testing';
import { readDelivery } from '../src/headers.ts';
import type { Delivery } from '../src/index.ts';
import type { Received } from '../src/middleware/handle.ts';
import { Resequencer } from '../src/middleware/resequencer.ts';
import { pipeline } from '../src/pipeline.ts';
import type { ProgressStore } from '../src/progress.ts';
import { aLog } from './a-bus.ts';
import { aMessage, fromTier } from './a-message.ts';
import { aProgress } from './a-progress.ts';

const subject = 'an-order';
const conflict = () => new ServiceError('conflict', 'never', 'never right');
const received = (version: number, headers: object = {}, type = 'order.updated.v1'): Received => ({
  ...readDelivery('notifications', aMessage({ headers }, '{}', fromTier)),
  event: anEvent(type, { subject, version }),
});

/** One instance: what its handler was given, and what it does about an event of this number. */
function anInstance(progress: ProgressStore = aProgress(), clock = { now: Date.parse('2030-01-01T12:00:00Z') }) {
  const log = aLog();
  const seen: [sequence: number, order: Delivery['order']][] = [];
  const behaviours = new Map<number, () => unknown>();
  const counted: Record<string, number> = {};
  const count = (what: string, by: number) => {
    counted[what] = (counted[what] ?? 0) + by;
  };
  const liveSince = new Date(clock.now);
  const resequencer = new Resequencer({
    queue: 'notifications',
    sources: ['/services/orders'],
    progress,
    schedule: { attempts: 5, firstDelayMs: 1_000 },
    liveSince: () => liveSince,
    clock: () => new Date(clock.now),
    log,
    counts: { skipped: (_queue, why, events) => count(why, events), late: () => count('late', 1) },
  });
  const handle = resequencer.inTurn(async ({ event, delivery }) => {
    seen.push([Number(event.sequence), delivery.order]);
    await behaviours.get(Number(event.sequence))?.();
  });
  const pass = (ms: number) => {
    clock.now += ms;
  };
  return { resequencer, handle, seen, behaviours, counted, log, pass };
}

test('an event whose predecessor is missing is early: its handler never sees it', async () => {
  const { handle, seen } = anInstance();
  await expect(handle(received(2))).rejects.toMatchObject({
    name: 'EarlyError',
    message: 'order.updated.v1 2 of an-order came before 1',
  });
  await handle(received(1));
  await handle(received(2));
  expect(seen).toEqual([
    [1, 'in-turn'],
    [2, 'in-turn'],
  ]);
});

test('what is missing is waited for two minutes, then noted as skipped; when it comes after all it is handled as late', async () => {
  const { handle, seen, counted, log, pass } = anInstance();
  await expect(handle(received(3))).rejects.toThrow('came before 1');
  pass(119_999);
  await expect(handle(received(3))).rejects.toThrow('came before 1');
  pass(1);
  await handle(received(3));
  await handle(received(1));
  await handle(received(1));
  expect(seen).toEqual([
    [3, 'in-turn'],
    [1, 'late'],
    [1, 'repeat'],
  ]);
  expect(counted).toEqual({ missing: 2, late: 1 });
  const fields = { queue: 'notifications', source: '/services/orders', subject, from: 1, to: 2, why: 'missing' };
  expect(log.lines).toEqual([{ level: 'warn', phrase: 'events skipped', fields }]);
});

test('an event that fails for now keeps its turn, and what comes after it waits', async () => {
  const { handle, behaviours, counted } = anInstance();
  behaviours.set(1, () => Promise.reject(new Error('once')));
  const [first, second] = await Promise.allSettled([handle(received(1)), handle(received(2))]);
  expect([first, second]).toMatchObject([{ reason: { message: 'once' } }, { reason: { name: 'EarlyError' } }]);
  expect(counted).toEqual({});
});

test.each([
  ['can never be right', conflict, {}],
  ['has used up its attempts', () => new Error('again'), { attempt: 5 }],
])(
  'an event that %s is skipped before it becomes a dead letter: the next one need not wait',
  async (_what, error, headers) => {
    const { handle, seen, behaviours, counted } = anInstance();
    behaviours.set(1, () => Promise.reject(error()));
    const [first, second] = await Promise.allSettled([handle(received(1, headers)), handle(received(2))]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    expect(seen).toEqual([
      [1, 'in-turn'],
      [2, 'in-turn'],
    ]);
    expect(counted).toEqual({ dead: 1 });
  },
);

test('a crash between noting the gap and making the dead letter: it comes again, late, and dies or does its work', async () => {
  const { handle, seen, behaviours, counted } = anInstance();
  behaviours.set(1, () => Promise.reject(conflict()));
  await expect(handle(received(1))).rejects.toThrow('never right');
  await handle(received(2));
  await expect(handle(received(1))).rejects.toThrow('never right');
  behaviours.clear();
  await handle(received(1));
  await handle(received(3));
  expect(seen).toEqual([
    [1, 'in-turn'],
    [2, 'in-turn'],
    [1, 'late'],
    [1, 'late'],
    [3, 'in-turn'],
  ]);
  expect(counted).toEqual({ dead: 1, late: 1 });
});

test('while the gap of a dying event cannot be noted it is no dead letter: the store’s outage decides', async () => {
  const progress = aProgress();
  const { handle, behaviours } = anInstance(progress);
  const down = Object.assign(new Error('store is down'), { outage: true });
  behaviours.set(1, () => {
    progress.change = () => Promise.reject(down);
    throw conflict();
  });
  await expect(handle(received(1))).rejects.toBe(down);
});

test('a crash between an effect and its note: it comes again in its turn, and the next one has waited', async () => {
  const progress = aProgress();
  const crashed = anInstance(progress);
  const { change } = progress;
  crashed.behaviours.set(1, () => {
    progress.change = () => new Promise(() => undefined);
  });
  void crashed.handle(received(1));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(crashed.seen).toEqual([[1, 'in-turn']]);

  progress.change = change;
  const next = anInstance(progress);
  await expect(next.handle(received(2))).rejects.toThrow('came before 1');
  await next.handle(received(1));
  await next.handle(received(2));
  expect(next.seen).toEqual([
    [1, 'in-turn'],
    [2, 'in-turn'],
  ]);
});

test('two instances: the second event is early until the first one’s handler has ended, wherever that runs', async () => {
  const progress = aProgress();
  const [one, other] = [anInstance(progress), anInstance(progress)];
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  one.behaviours.set(1, () => {
    begun.resolve();
    return ended;
  });
  const first = one.handle(received(1));
  await begun.promise;
  await expect(other.handle(received(2))).rejects.toThrow('came before 1');
  end();
  await first;
  await other.handle(received(2));
  expect(other.seen).toEqual([[2, 'in-turn']]);
});

test('an event that another instance has skipped while its handler ran is not late twice', async () => {
  const progress = aProgress();
  const [one, other] = [anInstance(progress), anInstance(progress)];
  const slow = Promise.withResolvers<void>();
  one.behaviours.set(1, () => slow.promise);
  const first = one.handle(received(1));
  await expect(other.handle(received(2))).rejects.toThrow('came before 1');
  other.pass(120_000);
  await other.handle(received(2));
  slow.resolve();
  await first;
  await one.handle(received(1));
  expect(one.seen).toEqual([
    [1, 'in-turn'],
    [1, 'repeat'],
  ]);
});

test('one fact said in two major versions is no gap and skips nothing: the second is a repeat', async () => {
  const { handle, seen, counted } = anInstance();
  await handle(received(1));
  await handle({ ...received(1), event: { ...received(1).event, alternateof: received(1).event.id } });
  await handle(received(2));
  expect(seen).toEqual([
    [1, 'in-turn'],
    [1, 'repeat'],
    [2, 'in-turn'],
  ]);
  expect(counted).toEqual({});
});

test('sources of which no order is asked are handled as they come', async () => {
  const { handle, seen } = anInstance();
  await handle(received(7, {}, 'inventory.low_stock.v1'));
  await handle(received(3, {}, 'inventory.low_stock.v1'));
  expect(seen).toEqual([
    [7, undefined],
    [3, undefined],
  ]);
});

test('a message that killed the process five times is skipped, once, if it is proven; others then need not wait', async () => {
  const keys = parseKeys(testKeys());
  const event = anEvent('order.created.v1', { subject });
  const { body, signature } = signed(event, keys);
  const killer = (headers: object) =>
    readDelivery(
      'notifications',
      aMessage(
        { messageId: event.id, type: event.type, headers: { ...headers, 'x-delivery-count': 3 } } as object,
        body,
        { redelivered: true },
      ),
    );
  const { resequencer, handle, seen, counted } = anInstance();
  let starts = 5;
  const marks = { begin: async () => ++starts, end: async () => undefined };
  const receive = pipeline(keys, [], { resequencer, marks });
  const dies = (headers: object) =>
    expect(receive(killer(headers))).rejects.toMatchObject({ code: 'handler-killed', kind: 'conflict' });

  await dies({ signature: signature.replace(/.{4}$/, 'AAA=') });
  await expect(handle(received(2))).rejects.toThrow('came before 1');
  await dies({ signature });
  await expect(handle(received(2))).rejects.toThrow('came before 1');
  starts = 5;
  await dies({ signature });
  await handle(received(2));
  expect(seen).toEqual([[2, 'in-turn']]);
  expect(counted).toEqual({ dead: 1 });
});
