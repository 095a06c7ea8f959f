import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { inventoryLowStock, parseKeys } from '@order-events/contracts';
import fc from 'fast-check';
import { type Collection, createDocuments, createRelay, decide, type OutboxEntry, openStore } from '../src/index.ts';
import { now, quiet } from './harness.ts';

const source = '/services/inventory';
const keys = parseKeys(`k1:${source}:${createHash('sha256').update('a key for tests').digest('base64')}`);
const limits = { dropAfterMs: 0, retryMs: 0, longestRetryMs: 0, window: 2, heldBytes: 1, stopMs: 1 };
const later = () => new Date(now.getTime() + 60_000);

/** Adds one and says how many there are. */
const addOne = (count = 0) =>
  decide(count + 1, inventoryLowStock({ product: { ...inventoryLowStock.example.product, available: count + 1 } }));

const plan = fc.record({
  scheduler: fc.scheduler(),
  asked: fc.array(fc.record({ instance: fc.nat(1), document: fc.nat(1) }), { minLength: 1, maxLength: 12 }),
  refused: fc.infiniteStream(fc.boolean()),
  crashAfter: fc.array(fc.option(fc.nat(40)), { minLength: 2, maxLength: 2 }),
});

test('however calls, answers, refusals and crashes interleave: no change is lost, every event is said, first in its turn', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ scheduler, asked, refused, crashAfter }) => {
      const store = await openStore('sqlite::memory:');
      const counters = await store.collection<number>('counters');
      const said: OutboxEntry[] = [];
      const instances = crashAfter.map((steps) => instanceOn(counters, said, scheduler, refused, steps));

      const answered: number[] = [];
      const changes = asked.map(async ({ instance, document }) => {
        if (await instances[instance]?.change(String(document))) answered.push(document);
      });
      await scheduler.waitFor(Promise.all(changes));
      await scheduler.waitFor(Promise.all(instances.map((one) => Promise.race([one.relay.idle(), one.crashed]))));
      await Promise.all(instances.map((one) => one.relay.stop()));

      const survivor = createRelay({
        publish: async (entry) => void said.push(entry),
        clock: later,
        log: quiet,
        limits,
      });
      survivor.watch(counters);
      survivor.start();
      await survivor.sweep();
      await survivor.sweep(); // A write of the crashed may still have landed during the first.
      await survivor.stop();

      for (const document of [0, 1]) {
        const stored = await counters.get(String(document));
        const version = stored?.version ?? 0;
        expect(stored?.state ?? 0).toBe(version);
        expect(version).toBeGreaterThanOrEqual(answered.filter((one) => one === document).length);
        expect(version).toBeLessThanOrEqual(asked.filter((one) => one.document === document).length);
        expect(stored?.outbox ?? []).toEqual([]);
        const first = new Map(said.filter(subjectIs(document)).map(({ sequence, id }) => [sequence, id]));
        expect([...first.keys()]).toEqual(Array.from({ length: version }, (_, at) => at + 1));
        expect(new Set(said.filter(subjectIs(document)).map(({ id }) => id)).size).toBe(version);
      }
      await store.close();
    }),
    { numRuns: 150 },
  );
}, 60_000);

/** An instance whose every call and every answer waits for the scheduler, and which is gone after so many of them. */
function instanceOn(
  counters: Collection<number>,
  said: OutboxEntry[],
  scheduler: fc.Scheduler,
  refused: fc.Stream<boolean>,
  steps: number | null,
) {
  const crashed = Promise.withResolvers<void>();
  let left = steps ?? Number.POSITIVE_INFINITY;
  const step = async (what: string) => {
    await scheduler.schedule(Promise.resolve(), what);
    if (left-- > 0) return;
    crashed.resolve();
    await new Promise(() => undefined);
  };
  const stepped = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    await step(`call ${what}`);
    const outcome = await call();
    await step(`answer ${what}`);
    return outcome;
  };
  const publish = async (entry: OutboxEntry) => {
    await stepped(`publish ${entry.sequence}`, async () => {
      if (refused.next().value) throw new Error('refused');
      said.push(entry);
    });
  };
  const own: Collection<number> = {
    name: counters.name,
    get: (id) => stepped('get', () => counters.get(id)),
    insert: (document) => stepped('insert', () => counters.insert(document)),
    replace: (document) => stepped('replace', () => counters.replace(document)),
    dropPublished: (id, ids) => stepped('drop', () => counters.dropPublished(id, ids)),
    find: (index, options) => counters.find(index, options),
    count: (index, prefix) => counters.count(index, prefix),
    unpublished: (options) => counters.unpublished(options),
    backlog: (time) => counters.backlog(time),
    delete: (document) => counters.delete(document),
  };
  const relay = createRelay({ publish, clock: () => now, log: quiet, limits });
  relay.start();
  const documents = createDocuments(own, { source, keys, relay, keepsSeen: false, clock: () => now });
  /** Whether it was answered. */
  const change = async (id: string): Promise<boolean> => {
    const asked = documents.change(id, addOne, { correlationId: 'r', triggeredBy: 'system' });
    return Promise.race([asked.then(() => true), crashed.promise.then(() => false)]);
  };
  return { relay, change, crashed: crashed.promise };
}

function subjectIs(document: number) {
  return ({ body }: OutboxEntry) => JSON.parse(body).subject === String(document);
}
