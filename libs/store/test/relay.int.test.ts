import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Collection, newDocument, type Store } from '../src/collection.ts';
import type { Outboxes } from '../src/lane.ts';
import { openStore } from '../src/open.ts';
import { createRelay } from '../src/outbox-relay.ts';
import type { Relay, RelayLimits } from '../src/relay.ts';
import { FakeBroker, now, quiet, recorder, say, until } from './harness.ts';

const quick: Partial<RelayLimits> = { dropAfterMs: 1, retryMs: 1, longestRetryMs: 4, stopMs: 50 };

let store: Store;
let things: Collection<object>;
let broker: FakeBroker;
let relays: Relay[];

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  things = await store.collection<object>('things');
  broker = new FakeBroker();
  relays = [];
});

afterEach(async () => {
  broker.letGo();
  await Promise.all(relays.map((relay) => relay.stop()));
  await store.close();
});

function relayOn(collection: Outboxes, limits: Partial<RelayLimits> = {}, log = quiet): Relay {
  const relay = createRelay({ publish: broker.publish, clock: () => now, log, limits: { ...quick, ...limits } });
  relay.watch(collection);
  relay.start();
  relays.push(relay);
  return relay;
}

const outboxOf = async (id: string) => (await things.get(id))?.outbox.map((each) => each.id);

describe('the relay', () => {
  test('publishes what a document said, in its order, and empties the outbox', async () => {
    const relay = relayOn(things);
    relay.committed(things, await say(things, 'a'));
    relay.committed(things, await say(things, 'a'));
    relay.committed(things, await say(things, 'a'));
    await relay.idle();
    expect(broker.said).toEqual(['a/1', 'a/2', 'a/3']);
    expect(await outboxOf('a')).toEqual([]);
    expect(relay.pending()).toBe(0);
  });

  test('polls nothing while there is nothing to say: no timer is left, and the store is not asked', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    try {
      let asked = 0;
      const get: typeof things.get = (id) => {
        asked += 1;
        return things.get(id);
      };
      const watched: Outboxes = {
        name: things.name,
        get,
        dropPublished: (id, events) => things.dropPublished(id, events),
        unpublished(options) {
          asked += 1;
          return things.unpublished(options);
        },
        backlog: (time) => things.backlog(time),
      };
      const relay = relayOn(watched);
      relay.committed(watched, await say(things, 'a'));
      await jest.advanceTimersByTimeAsync(10);
      await relay.idle();
      const before = asked;
      await jest.advanceTimersByTimeAsync(60 * 60_000);
      expect([jest.getTimerCount(), asked]).toEqual([0, before]);
      expect(await outboxOf('a')).toEqual([]);
    } finally {
      jest.useRealTimers();
    }
  });

  test('waits with the next event of a document for the confirm of the one before, and not with other documents', async () => {
    const relay = relayOn(things);
    broker.hold();
    for (const id of ['a', 'a', 'b', 'b', 'c']) relay.committed(things, await say(things, id));
    await until(() => broker.attempts === 3);
    expect(relay.pending()).toBe(3);
    expect(broker.most).toBe(3);
    broker.letGo();
    await relay.idle();
    expect(broker.said.toSorted()).toEqual(['a/1', 'a/2', 'b/1', 'b/2', 'c/1']);
  });

  test('publishes no more documents at once than its window', async () => {
    const relay = relayOn(things, { window: 5 });
    broker.hold();
    for (let at = 0; at < 40; at++) relay.committed(things, await say(things, `doc-${at}`));
    broker.letGo();
    await relay.idle();
    expect(broker.most).toBe(5);
    expect(broker.said).toHaveLength(40);
  });

  test.each([false, true])(
    'keeps the order of two commits told the wrong way round (first one confirmed: %p)',
    async (late) => {
      const relay = relayOn(things, { dropAfterMs: 50 });
      const first = await say(things, 'a');
      const second = await say(things, 'a');
      relay.committed(things, second);
      if (late) await until(() => broker.said.length === 2);
      relay.committed(things, first);
      await relay.idle();
      expect(broker.said).toEqual(['a/1', 'a/2']);
    },
  );

  test('tells which entries the next write may leave out, and then has nothing to drop', async () => {
    const relay = relayOn(things, { dropAfterMs: 60_000 });
    const said = await say(things, 'a');
    relay.committed(things, said);
    await until(() => relay.confirmed(things, 'a').has('a/1'));
    await things.replace({ ...said, outbox: [] });
    relay.committed(things, { ...said, rev: said.rev + 1, outbox: [] });
    await relay.idle();
    expect((await things.get('a'))?.rev).toBe(said.rev + 1);
  });

  test('begins when it is started', async () => {
    const relay = createRelay({ publish: broker.publish, log: quiet, limits: quick });
    relays.push(relay);
    relay.committed(things, await say(things, 'a'));
    expect(broker.attempts).toBe(0);
    relay.start();
    await relay.idle();
    expect(broker.said).toEqual(['a/1']);
  });

  test('drops again what could not be dropped, and repeats nothing', async () => {
    let failures = 2;
    const failing: Outboxes = {
      ...outboxesOf(things),
      dropPublished: async (id, ids) => {
        if (failures-- > 0) throw new Error('the store is away');
        await things.dropPublished(id, ids);
      },
    };
    const relay = relayOn(failing);
    relay.committed(failing, await say(things, 'a'));
    await relay.idle();
    expect(await outboxOf('a')).toEqual([]);
    expect(broker.said).toEqual(['a/1']);
  });

  test('knows when its oldest unpublished event was decided', async () => {
    const relay = relayOn(things);
    expect(await relay.oldestAt()).toBeUndefined();
    await say(things, 'a', 5);
    await say(things, 'b', 70);
    expect(await relay.oldestAt()).toBe('2030-01-01T11:58:50.000Z');
  });
});

describe('a publish that fails', () => {
  test('is repeated until it is confirmed, before anything that came after it', async () => {
    const relay = relayOn(things);
    let refusals = 4;
    broker.refuses = () => refusals-- > 0;
    relay.committed(things, await say(things, 'a'));
    relay.committed(things, await say(things, 'a'));
    await relay.idle();
    expect(broker.said).toEqual(['a/1', 'a/2']);
    expect(await outboxOf('a')).toEqual([]);
  });

  test('keeps no other document waiting', async () => {
    const relay = relayOn(things);
    broker.refuses = (id) => id.startsWith('bad/');
    relay.committed(things, await say(things, 'bad'));
    for (let at = 0; at < 20; at++) relay.committed(things, await say(things, `doc-${at}`));
    await until(() => broker.said.length === 20);
    await until(() => relay.pending() === 1);
    broker.refuses = () => false;
    await relay.idle();
    expect(broker.said.at(-1)).toBe('bad/1');
  });

  test('is tried by one document at a time while nothing gets through, by all soon after', async () => {
    const log = recorder();
    const relay = relayOn(things, {}, log);
    broker.refuses = () => true;
    for (let at = 0; at < 50; at++) relay.committed(things, await say(things, `doc-${at}`));
    await until(() => broker.attempts >= 50 && broker.inFlight === 0);
    broker.most = 0;
    await until(() => broker.attempts >= 60);
    expect(broker.most).toBe(1);
    broker.delayMs = 1;
    expect(log.lines.filter((line) => line.startsWith('warn'))).toEqual(['warn events are not published for now']);
    broker.refuses = () => false;
    await relay.idle();
    expect(broker.most).toBeGreaterThan(4);
    expect(broker.said).toHaveLength(50);
    expect(log.lines.at(-1)).toBe('info events are published again');
  });

  test('is not repeated when another instance has published it meanwhile', async () => {
    const relay = relayOn(things, { retryMs: 20 });
    broker.refuses = () => true;
    relay.committed(things, await say(things, 'a'));
    await until(() => broker.attempts === 1);
    await things.dropPublished('a', ['a/1']);
    broker.refuses = () => false;
    await relay.idle();
    expect(broker.said).toEqual([]);
  });
});

describe('memory', () => {
  test('holds only ids beyond its bound, and reads the entries when their turn comes', async () => {
    let reads = 0;
    const counted: Outboxes = { ...outboxesOf(things), get: (id) => things.get(id).finally(() => reads++) };
    const relay = relayOn(counted, { heldBytes: 70, window: 1 });
    broker.hold();
    for (let at = 0; at < 30; at++) relay.committed(counted, await say(things, `doc-${at}`));
    broker.letGo();
    await relay.idle();
    expect(broker.said).toHaveLength(30);
    expect(reads).toBe(20);
  });

  test('of what is published or forgotten is free again for the next', async () => {
    let reads = 0;
    const counted: Outboxes = { ...outboxesOf(things), get: (id) => things.get(id).finally(() => reads++) };
    const relay = relayOn(counted, { heldBytes: 70, window: 1 });
    for (let at = 0; at < 30; at++) {
      relay.committed(counted, await say(things, `doc-${at}`));
      await relay.idle();
    }
    expect([broker.said.length, reads]).toEqual([30, 0]);
  });

  test('misses nothing that is committed while it reads', async () => {
    const reading = Promise.withResolvers<void>();
    const slow: Outboxes = {
      ...outboxesOf(things),
      get: async (id) => {
        const document = await things.get(id);
        await reading.promise;
        return document;
      },
    };
    const relay = relayOn(slow, { heldBytes: 0 });
    relay.committed(slow, await say(things, 'a'));
    relay.committed(slow, await say(things, 'a'));
    reading.resolve();
    await relay.idle();
    expect(broker.said).toEqual(['a/1', 'a/2']);
  });

  test('knows no more documents than it may; the others are left to the sweep', async () => {
    const relay = relayOn(things, { known: 3 });
    broker.hold();
    for (let at = 0; at < 10; at++) relay.committed(things, await say(things, `doc-${at}`, 60));
    expect(relay.pending()).toBe(3);
    broker.letGo();
    await relay.idle();
    await relay.sweep();
    expect(broker.said).toHaveLength(10);
  });
});

describe('after a crash', () => {
  test('between commit and publish, the sweep of another instance publishes', async () => {
    await say(things, 'a', 11);
    await say(things, 'a', 11);
    await relayOn(things).sweep();
    expect(broker.said).toEqual(['a/1', 'a/2']);
    expect(await outboxOf('a')).toEqual([]);
  });

  test('between confirm and drop, the event is repeated under its id and the order is kept', async () => {
    const crashed = relayOn(things, { dropAfterMs: 60_000 });
    broker.refuses = (id) => id === 'a/3';
    for (let said = 0; said < 3; said++) crashed.committed(things, await say(things, 'a', 11));
    await until(() => broker.said.length === 2);
    broker.refuses = () => false;
    await relayOn(things).sweep();
    expect(broker.said.slice(0, 5)).toEqual(['a/1', 'a/2', 'a/1', 'a/2', 'a/3']);
  });

  test('what is young is left to the instance that said it', async () => {
    const relay = relayOn(things);
    await say(things, 'a', 9);
    await relay.sweep();
    expect(broker.said).toEqual([]);
  });

  test('a restart says at once what the run before left, however young', async () => {
    await say(things, 'a', 1);
    relayOn(things);
    await until(() => broker.said.includes('a/1'));
  });

  test('a backlog of many pages is published in one sweep, what cannot be published notwithstanding', async () => {
    broker.refuses = (id) => id.startsWith('bad');
    for (const id of ['bad-1', 'bad-2']) await say(things, id, 99);
    for (let at = 0; at < 40; at++) await say(things, `doc-${at}`, 50 - at);
    const relay = relayOn(things, { sweepPage: 5 });
    await relay.sweep();
    expect(broker.said).toHaveLength(40);
    expect(relay.pending()).toBe(2);
  });
});

describe('a clock that was wrong', () => {
  const day = 86_400;

  test.each([-11, -day, -365 * day])('%i s ago: an event decided then is published by the sweep', async (age) => {
    await say(things, 'a', age);
    await say(things, 'a', age);
    const relay = relayOn(things);
    await until(() => broker.said.length === 2);
    await say(things, 'b', age);
    await relay.sweep();
    expect(broker.said).toEqual(['a/1', 'a/2', 'b/1']);
    expect(await outboxOf('b')).toEqual([]);
  });

  test('and is right again keeps the order of what a document said meanwhile', async () => {
    const relay = relayOn(things);
    await say(things, 'a', -day);
    await say(things, 'a', 20);
    await relay.sweep();
    expect(broker.said).toEqual(['a/1', 'a/2']);
  });

  test('by a few seconds makes no instance repeat what another is just saying', async () => {
    const relay = relayOn(things);
    await say(things, 'a', -9);
    await relay.sweep();
    expect(broker.said).toEqual([]);
  });

  test('hides no event from those who ask for the oldest and for the number of them', async () => {
    const relay = createRelay({ publish: broker.publish, clock: () => now, log: quiet });
    relay.watch(things);
    await say(things, 'ahead', -day);
    expect(await relay.oldestAt()).toBe('2030-01-02T12:00:00.000Z');
    expect(await relay.backlog()).toEqual({ documents: 1, aheadAt: '2030-01-02T12:00:00.000Z' });
    await say(things, 'old', 5);
    const both = { oldestAt: '2030-01-01T11:59:55.000Z', aheadAt: '2030-01-02T12:00:00.000Z' };
    expect(await relay.backlog()).toEqual({ documents: 2, ...both });
    expect(await relay.oldestAt()).toBe(both.oldestAt);
  });
});

describe('a page of events that cannot be published', () => {
  test.each([50, -86_400])('hides nothing behind it, whatever the clock said (%i s ago)', async (age) => {
    broker.refuses = (id) => id.startsWith('bad');
    for (let at = 0; at < 12; at++) await say(things, `bad-${at}`, age);
    const relay = relayOn(things, { sweepPage: 5 });
    await until(() => relay.pending() === 12);
    for (let at = 0; at < 7; at++) await say(things, `doc-${at}`, age - (at % 2));
    await relay.sweep();
    expect(broker.said.toSorted()).toEqual(Array.from({ length: 7 }, (_, at) => `doc-${at}/1`));
    expect(relay.pending()).toBe(12);
  });
});

describe('outbox out of order: two relays on one store', () => {
  test('repeat events, and never publish one before what came earlier', async () => {
    const both = [relayOn(things), relayOn(things)];
    for (let at = 0; at < 60; at++) both[at % 2]?.committed(things, await say(things, `doc-${at % 3}`, 60));
    await Promise.all(both.map((relay) => relay.sweep()));
    await Promise.all(both.map((relay) => relay.idle()));
    for (const id of ['doc-0', 'doc-1', 'doc-2']) {
      const first = new Set(broker.said.filter((said) => said.startsWith(`${id}/`)));
      expect([...first]).toEqual(Array.from({ length: 20 }, (_, at) => `${id}/${at + 1}`));
      expect(await outboxOf(id)).toEqual([]);
    }
  });
});

describe('stop', () => {
  test('publishes what is ready and drops what is published, and takes nothing new', async () => {
    const relay = relayOn(things, { window: 1, stopMs: 5_000 });
    broker.hold();
    for (const id of ['a', 'b']) relay.committed(things, await say(things, id));
    const stopped = relay.stop();
    relay.committed(things, await say(things, 'c'));
    broker.letGo();
    await stopped;
    expect(broker.said).toEqual(['a/1', 'b/1']);
    expect(await outboxOf('a')).toEqual([]);
    expect(await outboxOf('c')).toEqual(['c/1']);
  });

  test('does not wait for a broker that never answers', async () => {
    const relay = relayOn(things);
    broker.hold();
    relay.committed(things, await say(things, 'a'));
    await relay.stop();
    expect(await outboxOf('a')).toEqual(['a/1']);
  });

  test('does not wait for what has to be retried', async () => {
    const relay = relayOn(things, { stopMs: 60_000, retryMs: 60_000, longestRetryMs: 60_000 });
    broker.refuses = () => true;
    relay.committed(things, await say(things, 'a'));
    await until(() => broker.attempts === 1);
    await relay.stop();
    expect(await outboxOf('a')).toEqual(['a/1']);
  });
});

test('a document without events is no work', () => {
  const relay = relayOn(things);
  relay.committed(things, newDocument('a', {}));
  expect(relay.pending()).toBe(0);
});

function outboxesOf(collection: Collection<object>): Outboxes {
  return {
    name: collection.name,
    get: (id) => collection.get(id),
    dropPublished: (id, ids) => collection.dropPublished(id, ids),
    unpublished: (options) => collection.unpublished(options),
    backlog: (time) => collection.backlog(time),
  };
}
