import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ContractError, inventoryLowStock, parseEvent, parseKeys } from '@order-events/contracts';
import {
  afterwards,
  type Cause,
  type Collection,
  ConflictError,
  causeOf,
  createDocuments,
  createRelay,
  type Document,
  type DocumentsOptions,
  DuplicateError,
  decide,
  openStore,
  type Relay,
  type Store,
  StoreUnavailableError,
  unchanged,
} from '../src/index.ts';
import { FakeBroker, now, quiet, until } from './harness.ts';

interface Product {
  readonly available: number;
  readonly owner?: string;
  readonly name?: string;
}

const source = '/services/inventory';
const keys = parseKeys(`k1:${source}:${createHash('sha256').update('a key for tests').digest('base64')}`);
const spec = { unique: { name: ({ name }: Product) => name } };
const request: Cause = { correlationId: 'request-1', triggeredBy: 'user' };

let store: Store;
let products: Collection<Product>;
let broker: FakeBroker;
let relay: Relay;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  products = await store.collection<Product>('products', spec);
  broker = new FakeBroker();
  relay = newRelay();
});

afterEach(async () => {
  await relay.stop();
  await store.close();
});

function newRelay(): Relay {
  const limits = { dropAfterMs: 1, retryMs: 1, stopMs: 50 };
  const made = createRelay({ publish: broker.publish, clock: () => now, log: quiet, limits });
  made.start();
  return made;
}

function documentsOf(collection: Collection<Product>, options: Partial<DocumentsOptions<Product>> = {}) {
  return createDocuments(collection, { source, keys, relay, keepsSeen: true, clock: () => now, ...options });
}

const low = (available: number) => inventoryLowStock({ product: { ...inventoryLowStock.example.product, available } });

/** One more unit, said. */
const restock = (state: Product | undefined) => {
  const available = (state?.available ?? 0) + 1;
  return decide({ ...state, available }, low(available));
};

describe('a change', () => {
  test('stores the state and the event that says it in one write, signed and ready to send', async () => {
    broker.hold();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const cause = { ...request, userId: 'ann', traceparent, tracestate: 'a=b', eventId: randomUUID() };
    const { document, changed } = await documentsOf(products).change('lamp', restock, cause);
    expect(changed).toBe(true);
    expect(await products.get('lamp')).toEqual(document);
    const [entry, ...others] = document.outbox;
    expect(others).toEqual([]);
    expect(keys.verify(entry?.signature, source, entry?.body ?? '')).toBe('ok');
    const event = parseEvent(Buffer.from(entry?.body ?? ''));
    expect(event).toMatchObject({
      source,
      type: 'inventory.low_stock.v1',
      subject: 'lamp',
      sequence: '1',
      time: now.toISOString(),
      correlationid: 'request-1',
      causationid: cause.eventId,
      triggeredby: 'user',
      userid: 'ann',
      traceparent,
      tracestate: 'a=b',
      data: { product: { available: 1 } },
    });
    expect(event.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(entry).toMatchObject({ id: event.id, sequence: 1, at: event.time, type: event.type });
    expect(document).toMatchObject({ rev: 1, version: 1, state: { available: 1 }, seen: [cause.eventId] });
    broker.letGo();
    await relay.idle();
    expect(broker.said).toEqual([event.id]);
  });

  test('gives two events of one decision two numbers', async () => {
    const documents = documentsOf(products);
    await documents.change('lamp', restock, request);
    const { document } = await documents.change('lamp', () => decide({ available: 9 }, low(5), low(9)), request);
    expect(document.version).toBe(3);
    expect(document.outbox.slice(-2).map(({ sequence }) => sequence)).toEqual([2, 3]);
  });

  test('tells data that depends on it where its event lands', async () => {
    const { document } = await documentsOf(products).change(
      'lamp',
      () =>
        decide(
          { available: 0 },
          low(0),
          inventoryLowStock(({ subject, version, time }) => ({
            product: { id: subject, name: time, available: version, lowStockAt: 0 },
          })),
        ),
      request,
    );
    const said = parseEvent(Buffer.from(document.outbox[1]?.body ?? ''));
    expect(said.data).toMatchObject({ product: { id: 'lamp', name: now.toISOString(), available: 2 } });
  });

  test('names the owner that the state knows before the one who caused it', async () => {
    const documents = documentsOf(products, { userId: ({ owner }) => owner });
    const decision = () => decide({ available: 1, owner: 'olga' }, low(1));
    const { document } = await documents.change('lamp', decision, { ...request, userId: 'ann' });
    expect(parseEvent(Buffer.from(document.outbox[0]?.body ?? '')).userid).toBe('olga');
  });

  test('that changes nothing writes nothing and says nothing', async () => {
    const documents = documentsOf(products);
    const { document } = await documents.change('lamp', () => decide({ available: 3 }), request);
    const again = await documents.change('lamp', (state) => unchanged(state), request);
    expect(again).toEqual({ document, changed: false });
    const missing = await documents.change('desk', (state) => unchanged(state), request);
    expect(missing).toEqual({ document: undefined, changed: false });
    expect(await products.get('desk')).toBeUndefined();
    expect(broker.attempts).toBe(0);
  });

  test('that throws, or says what breaks its contract, stores nothing', async () => {
    const documents = documentsOf(products);
    const refusing = documents.change('lamp', () => fail('no such lamp'), request);
    await expect(refusing).rejects.toThrow('no such lamp');
    const lying = documents.change('lamp', () => decide({ available: -1 }, low(-1)), request);
    await expect(lying).rejects.toThrow(ContractError);
    expect(await products.get('lamp')).toBeUndefined();
  });

  test('leaves confirmed entries out of the outbox, so that dropping them needs no write of its own', async () => {
    relay = createRelay({ publish: broker.publish, log: quiet, limits: { dropAfterMs: 60_000, stopMs: 1 } });
    relay.start();
    const documents = documentsOf(products);
    const { document } = await documents.change('lamp', restock, request);
    await until(() => relay.confirmed(products, 'lamp').size === 1);
    await documents.change('lamp', () => decide({ available: 7 }), request);
    await relay.idle();
    expect(await products.get('lamp')).toMatchObject({ rev: document.rev + 1, outbox: [], state: { available: 7 } });
  });
});

describe('an event heard twice', () => {
  test('has one effect, and the second time changes nothing', async () => {
    const documents = documentsOf(products);
    const heard = { ...request, eventId: randomUUID() };
    const first = await documents.change('lamp', restock, heard);
    const second = await documents.change('lamp', restock, heard);
    expect(second.changed).toBe(false);
    expect(second.document.state).toEqual(first.document.state);
  });

  test('at the same moment has one effect, too', async () => {
    const documents = documentsOf(products);
    const heard = { ...request, eventId: randomUUID() };
    const all = await Promise.all(Array.from({ length: 5 }, () => documents.change('lamp', restock, heard)));
    expect(all.filter(({ changed }) => changed)).toHaveLength(1);
    expect((await documents.get('lamp'))?.version).toBe(1);
  });

  test('is not remembered by a document that gathers', async () => {
    const documents = documentsOf(products, { keepsSeen: false });
    const { document } = await documents.change('lamp', restock, { ...request, eventId: randomUUID() });
    expect(document.seen).toEqual([]);
  });

  test('may be the cause of several writes of one handling', async () => {
    const documents = documentsOf(products);
    const heard = { ...request, eventId: randomUUID() };
    await documents.change('lamp', restock, heard);
    const { document } = await documents.change('lamp', restock, afterwards(heard));
    expect(parseEvent(Buffer.from(document.outbox.at(-1)?.body ?? '')).causationid).toBe(heard.eventId);
    expect(document.state.available).toBe(2);
  });

  test('is known by the older version it stands beside', async () => {
    const { document } = await documentsOf(products).change('lamp', restock, request);
    const event = parseEvent(Buffer.from(document.outbox[0]?.body ?? ''));
    const alternateof = randomUUID();
    expect(causeOf(event)).toMatchObject({ eventId: event.id, correlationId: 'request-1', triggeredBy: 'system' });
    expect(causeOf({ ...event, alternateof }).eventId).toBe(alternateof);
  });
});

describe('changes of one document at once', () => {
  test('are all made, in the order they were asked for, and share writes', async () => {
    let writes = 0;
    const counted = wrapped(products, { replace: (document) => products.replace(document).finally(() => writes++) });
    const documents = documentsOf(counted);
    await documents.change('lamp', restock, request);
    const all = await Promise.all(Array.from({ length: 50 }, () => documents.change('lamp', restock, request)));
    expect(all.map(({ document }) => document.version)).toEqual(Array.from({ length: 50 }, (_, at) => at + 2));
    expect(writes).toBeLessThan(5);
    await relay.idle();
    expect(broker.said).toHaveLength(51);
  });

  test('from two instances are all made, and each event is first said in its turn', async () => {
    const url = `sqlite:${join(mkdtempSync(join(tmpdir(), 'store-')), 'products.db')}`;
    const stores = await Promise.all([openStore(url), openStore(url)]);
    const instances = await Promise.all(
      stores.map(async (one) => documentsOf(await one.collection('products', spec), { relay: newRelay() })),
    );
    const asked = Array.from({ length: 100 }, (_, at) => instances[at % 2]?.change('lamp', restock, request));
    const answers = await Promise.all(asked);
    const versions = answers.map((answer) => answer?.document.version ?? 0).toSorted((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    const ids = idsBySequence(answers.flatMap((answer) => answer?.document.outbox ?? []));
    await until(() => new Set(broker.said).size === 100);
    expect([...new Set(broker.said)]).toEqual(ids);
    await Promise.all(stores.map((one) => one.close()));
  });

  test('read what else they need after the document: a write in between makes both be read again', async () => {
    const documents = documentsOf(products);
    await documents.change('lamp', restock, request);
    const seen: (number | undefined)[] = [];
    const readAfter = async (document: Document<Product> | undefined) => {
      seen.push(document?.version);
      // Only the first time, between the read and the write.
      if (seen.length === 1) await documentsOf(products).change('lamp', restock, request);
      return document?.version;
    };
    const found: unknown[] = [];
    const decision = (state: Product | undefined, _document: unknown, version: number | undefined) => {
      found.push(version);
      return decide({ available: (state?.available ?? 0) + 1 });
    };
    const { document } = await documents.change('lamp', decision, request, readAfter);
    // A relay that marks what it published may win a race of its own: one more look, at the same version.
    expect([[...new Set(seen)], [...new Set(found)]]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(document.state.available).toBe(3);
  });

  test('fail alone: what one of them can’t read is not its neighbours’ trouble', async () => {
    const documents = documentsOf(products);
    const outcomes = await Promise.allSettled([
      documents.change('lamp', restock, request),
      documents.change('lamp', restock, request, async () => fail('unreadable')),
      documents.change('lamp', restock, request),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { message: 'unreadable' } });
    expect((await documents.get('lamp'))?.state).toEqual({ available: 2 });
  });

  test('fail alone: what one decision throws, or a key it cannot have, is not its neighbours’ trouble', async () => {
    const documents = documentsOf(products);
    await documents.change('desk', () => decide({ available: 0, name: 'Desk' }), request);
    await documents.change('lamp', restock, request);
    const outcomes = await Promise.allSettled([
      documents.change('lamp', restock, request),
      documents.change('lamp', restock, request),
      documents.change('lamp', () => fail('no'), request),
      documents.change('lamp', (state) => decide({ available: 0, ...state, name: 'Desk' }), request),
      documents.change('lamp', restock, request),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(outcomes[3]).toMatchObject({ reason: { key: 'name' } });
    expect((await documents.get('lamp'))?.state).toEqual({ available: 4 });
  });

  test('may both want to create it: the later one decides again on what the earlier one stored', async () => {
    const both = [documentsOf(products), documentsOf(products)];
    const named = (state?: Product) => decide({ available: (state?.available ?? 0) + 1, name: 'Lamp' }, low(0));
    const answers = await Promise.all(both.map((documents) => documents.change('lamp', named, request)));
    expect(answers.map(({ document }) => document.state.available).toSorted()).toEqual([1, 2]);
  });

  test('of which one loses every race are given up in time', async () => {
    const losing = wrapped(products, { replace: async () => false });
    const documents = documentsOf(losing, { patienceMs: 20 });
    await documents.change('lamp', restock, request);
    const change = documents.change('lamp', restock, request);
    await expect(change).rejects.toThrow(ConflictError);
    await expect(change).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('a store in trouble', () => {
  test('is told to whoever asked, and nothing is said', async () => {
    const down = wrapped(products, { insert: () => Promise.reject(new StoreUnavailableError('down')) });
    await expect(documentsOf(down).change('lamp', restock, request)).rejects.toThrow(StoreUnavailableError);
    expect(broker.attempts).toBe(0);
  });

  test('that stored, though its answer was lost, has stored one effect after the retry, and the sweep says it', async () => {
    const lost = wrapped(products, {
      insert: async (document) => {
        await products.insert(document);
        throw new StoreUnavailableError('the answer was lost');
      },
    });
    const heard = { ...request, eventId: randomUUID() };
    const longAgo = () => new Date(now.getTime() - 60_000);
    await expect(documentsOf(lost, { clock: longAgo }).change('lamp', restock, heard)).rejects.toThrow('lost');
    const { document, changed } = await documentsOf(products).change('lamp', restock, heard);
    expect({ changed, available: document.state.available }).toEqual({ changed: false, available: 1 });
    relay.watch(products);
    await relay.sweep();
    expect(broker.said).toEqual(document.outbox.map(({ id }) => id));
  });

  test('does not mistake somebody else’s unique key for a lost race', async () => {
    const documents = documentsOf(products);
    await documents.change('desk', () => decide({ available: 0, name: 'Lamp' }), request);
    const taken = documents.change('lamp', () => decide({ available: 0, name: 'Lamp' }), request);
    await expect(taken).rejects.toThrow(DuplicateError);
  });
});

function wrapped(collection: Collection<Product>, changes: Partial<Collection<Product>>): Collection<Product> {
  return {
    name: collection.name,
    get: (id) => collection.get(id),
    insert: (document) => collection.insert(document),
    replace: (document) => collection.replace(document),
    dropPublished: (id, ids) => collection.dropPublished(id, ids),
    find: (index, options) => collection.find(index, options),
    count: (index, prefix) => collection.count(index, prefix),
    unpublished: (options) => collection.unpublished(options),
    backlog: (time) => collection.backlog(time),
    delete: (document) => collection.delete(document),
    ...changes,
  };
}

function idsBySequence(entries: readonly Document<Product>['outbox'][number][]): string[] {
  return [...new Map(entries.map(({ sequence, id }) => [sequence, id])).entries()]
    .toSorted(([a], [b]) => a - b)
    .map(([, id]) => id);
}

function fail(reason: string): never {
  throw new Error(reason);
}
