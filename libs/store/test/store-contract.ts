import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Collection,
  type CollectionSpec,
  type Document,
  key,
  newDocument,
  type OutboxEntry,
  type Store,
} from '../src/collection.ts';
import { CursorError, DuplicateError, OutboxNotEmptyError, StoreUnavailableError } from '../src/errors.ts';

interface Item {
  readonly count: number;
  readonly owner?: string;
  readonly number?: string;
  readonly at?: string;
}

const spec: CollectionSpec<Item> = {
  indexes: {
    byOwner: ({ owner }) => owner,
    byOwnerAndTime: ({ owner, at }) => (owner && at ? key(owner, at) : undefined),
  },
  unique: { number: ({ number }) => number },
};

/** What every adapter promises. `connect` opens one more store on the same database, as another process would. */
export function storeContract(connect: () => Promise<Store>): void {
  let store: Store;
  const others: Store[] = [];

  beforeAll(async () => {
    store = await connect();
  });
  afterAll(() => Promise.all([store, ...others].map((one) => one.close())));

  const another = async () => {
    const one = await connect();
    others.push(one);
    return one;
  };
  const newName = () => `items-${randomUUID().slice(0, 8)}`;
  const items = () => store.collection<Item>(newName(), spec);

  describe('one document', () => {
    test('comes back as it was inserted', async () => {
      const collection = await items();
      const document = { ...newDocument('a', { count: 1 }), version: 2, outbox: [entry(2)], seen: ['x', 'y'] };
      expect(await collection.insert(document)).toBe(true);
      expect(await collection.get('a')).toEqual(document);
    });

    test('that does not exist is undefined', async () => {
      expect(await (await items()).get('nobody')).toBeUndefined();
    });

    test('keeps any JSON state, names with dots and dollars included', async () => {
      const collection = await store.collection<unknown>(newName());
      const odd = fc.dictionary(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...oddNames)), json, {
        noNullPrototype: true,
      });
      await fc.assert(
        fc.asyncProperty(odd, async (state) => {
          const id = randomUUID();
          await collection.insert(newDocument(id, state));
          await collection.replace(newDocument(id, state));
          expect((await collection.get(id))?.state).toEqual(JSON.parse(JSON.stringify(state)));
        }),
        { numRuns: 60 },
      );
    });

    test('keeps the exact text of its events through every write', async () => {
      const collection = await items();
      await fc.assert(
        fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 3 }), async (texts) => {
          const outbox = texts.map((text, at) => entry(at + 1, JSON.stringify({ text, 'a.b': '$c' })));
          const document = { ...newDocument(randomUUID(), { count: 0 }), outbox };
          await collection.insert(document);
          await collection.dropPublished(document.id, ['event-1']);
          expect((await collection.get(document.id))?.outbox).toEqual(outbox.slice(1));
        }),
        { numRuns: 30 },
      );
    });

    test.each(['ünï¢ødé', '🙂', "o'hara", 'a"b', '$id', 'a.b', '%', 'x'.repeat(400), '{"a":1}', ' '])(
      'may be called %p',
      async (id) => {
        const collection = await items();
        await collection.insert(newDocument(id, { count: 1, owner: id }));
        expect((await collection.get(id))?.id).toBe(id);
        expect(idsOf(await collection.find('byOwner', { from: id, limit: 5 }))).toEqual([id]);
        expect(await collection.replace(newDocument(id, { count: 2 }))).toBe(true);
      },
    );

    test.each(['', 'half \ud83d of a pair'])('cannot be called %p', async (id) => {
      await expect((await items()).insert(newDocument(id, { count: 1 }))).rejects.toThrow(TypeError);
    });

    test('of a megabyte fits', async () => {
      const collection = await items();
      const owner = 'é'.repeat(500_000);
      const unindexed = await store.collection<Item>(newName());
      await unindexed.insert(newDocument('large', { count: 1, owner }));
      expect((await unindexed.get('large'))?.state.owner).toBe(owner);
      expect(collection.name).not.toBe(unindexed.name);
    });
  });

  describe('insert', () => {
    test('of an id that is there changes nothing and says false', async () => {
      const collection = await items();
      const document = { ...newDocument('a', { count: 1, number: 'N1' }), outbox: [entry(1)], seen: ['x'] };
      await collection.insert(document);
      expect(await collection.insert(newDocument('a', { count: 2 }))).toBe(false);
      expect(await collection.get('a')).toEqual(document);
    });

    test('says false, too, where unique keys of the document are taken by itself or by others', async () => {
      const collection = await items();
      await collection.insert(newDocument('a', { count: 1, number: 'N1' }));
      await collection.insert(newDocument('b', { count: 1, number: 'N2' }));
      expect(await collection.insert(newDocument('a', { count: 2, number: 'N1' }))).toBe(false);
      expect(await collection.insert(newDocument('a', { count: 2, number: 'N2' }))).toBe(false);
      expect((await collection.get('a'))?.state).toEqual({ count: 1, number: 'N1' });
    });

    test('of an id that others delete at the same time says whether it was stored, and never rejects', async () => {
      const name = newName();
      const collections = await Promise.all([store, await another()].map((one) => one.collection<Item>(name, spec)));
      const lives = Array.from({ length: 10 }, async (_, at) => {
        const collection = collections[at % 2] ?? never();
        const document = newDocument('a', { count: at });
        for (let round = 0; round < 20; round++)
          if (await collection.insert(document)) await collection.delete(document);
      });
      await Promise.all(lives);
      expect(await collections[0]?.get('a')).toBeUndefined();
    });

    test('of one id by many at once, from two stores, has one winner', async () => {
      const name = newName();
      const collections = await Promise.all([store, await another()].map((one) => one.collection<Item>(name, spec)));
      const inserting = Array.from({ length: 20 }, (_, at) =>
        (collections[at % 2] ?? never()).insert(newDocument('a', { count: at, number: 'N1' })),
      );
      const outcomes = await Promise.all(inserting);
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect((await collections[0]?.get('a'))?.state.count).toBe(outcomes.indexOf(true));
    });
  });

  describe('replace', () => {
    test('stores the next rev once and refuses everyone who read an older one', async () => {
      const collection = await items();
      await collection.insert(newDocument('a', { count: 1 }));
      const read = await existing(collection, 'a');
      expect(await collection.replace({ ...read, state: { count: 2 }, version: 1, seen: ['e'] })).toBe(true);
      expect(await collection.replace({ ...read, state: { count: 3 } })).toBe(false);
      expect(await collection.get('a')).toEqual({ ...newDocument('a', { count: 2 }), rev: 2, version: 1, seen: ['e'] });
    });

    test('of a missing document stores nothing', async () => {
      const collection = await items();
      expect(await collection.replace(newDocument('a', { count: 1 }))).toBe(false);
      expect(await collection.get('a')).toBeUndefined();
    });

    test('loses no increment of many at once, from two stores', async () => {
      const name = newName();
      const collections = await Promise.all([store, await another()].map((one) => one.collection<Item>(name, spec)));
      await collections[0]?.insert(newDocument('a', { count: 0 }));
      const increments = Array.from({ length: 40 }, (_, at) => increment(collections[at % 2] ?? never(), 'a'));
      await Promise.all(increments);
      expect((await collections[1]?.get('a'))?.state.count).toBe(40);
    }, 20_000);

    test('moves the document in its indexes', async () => {
      const collection = await items();
      await collection.insert(newDocument('a', { count: 1, owner: 'ann' }));
      await collection.replace({ ...(await existing(collection, 'a')), state: { count: 1, owner: 'bob' } });
      expect(idsOf(await collection.find('byOwner', { prefix: 'ann', limit: 5 }))).toEqual([]);
      expect(idsOf(await collection.find('byOwner', { prefix: 'bob', limit: 5 }))).toEqual(['a']);
    });
  });

  describe('a key that must be unique', () => {
    test('is taken once, and the error names it', async () => {
      const collection = await items();
      await collection.insert(newDocument('a', { count: 1, number: 'N1' }));
      const refused = collection.insert(newDocument('b', { count: 1, number: 'N1' }));
      await expect(refused).rejects.toThrow(DuplicateError);
      await expect(refused).rejects.toMatchObject({ collection: collection.name, key: 'number', kind: 'conflict' });
    });

    test('is not shared by documents that lack it', async () => {
      const collection = await items();
      await collection.insert(newDocument('a', { count: 1 }));
      await collection.insert(newDocument('b', { count: 1 }));
      expect(idsOf(await collection.find('id', { limit: 5 }))).toEqual(['a', 'b']);
    });

    test('cannot be taken over by a replace', async () => {
      const collection = await items();
      await collection.insert(newDocument('a', { count: 1, number: 'N1' }));
      await collection.insert(newDocument('b', { count: 1, number: 'N2' }));
      const taking = collection.replace({ ...(await existing(collection, 'b')), state: { count: 1, number: 'N1' } });
      await expect(taking).rejects.toMatchObject({ key: 'number' });
      expect((await collection.get('b'))?.state.number).toBe('N2');
    });

    test('has one winner of many at once, from two stores, and the losers do not disturb their neighbours', async () => {
      const name = newName();
      const collections = await Promise.all([store, await another()].map((one) => one.collection<Item>(name, spec)));
      const outcomes = await Promise.allSettled(
        Array.from({ length: 40 }, (_, at) => {
          const number = at % 4 === 0 ? 'wanted' : `own-${at}`;
          return (collections[at % 2] ?? never()).insert(newDocument(`doc-${at}`, { count: at, number }));
        }),
      );
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(9);
      for (const outcome of refused) expect(outcome).toMatchObject({ reason: { key: 'number' } });
      const stored = await collections[0]?.find('id', { limit: 100 });
      expect(stored?.documents).toHaveLength(31);
    });
  });

  describe('find', () => {
    test('pages through ties without losing or repeating one, both ways', async () => {
      const collection = await items();
      const ids = Array.from({ length: 23 }, (_, at) => `doc-${String(at).padStart(2, '0')}`);
      await Promise.all(ids.map((id, at) => collection.insert(newDocument(id, { count: at, owner: `o${at % 3}` }))));
      const expected = ids.toSorted((a, b) => (Number(a.slice(4)) % 3) - (Number(b.slice(4)) % 3) || (a < b ? -1 : 1));
      expect(await allIds(collection, 'byOwner', { limit: 4 })).toEqual(expected);
      expect(await allIds(collection, 'byOwner', { limit: 5, order: 'descending' })).toEqual(expected.toReversed());
      expect(await allIds(collection, 'byOwner', { limit: 23 })).toEqual(expected);
    });

    test('takes a prefix of the parts of a key, and no neighbour that only looks alike', async () => {
      const collection = await items();
      const documents = { a: ['ann', '1'], b: ['ann', '2'], c: ['anna', '1'], d: ['an', '9'], e: ['ann\u0001', '1'] };
      for (const [id, [owner = '', at = '']] of Object.entries(documents)) {
        await collection.insert(newDocument(id, { count: 1, owner, at }));
      }
      expect(await allIds(collection, 'byOwnerAndTime', { prefix: key('ann', ''), limit: 1 })).toEqual(['a', 'b']);
      expect(await allIds(collection, 'byOwnerAndTime', { limit: 10 })).toEqual(['d', 'a', 'b', 'e', 'c']);
    });

    test('takes keys from one, included, to another, excluded', async () => {
      const collection = await items();
      for (const owner of ['a', 'b', 'c', 'd']) await collection.insert(newDocument(owner, { count: 1, owner }));
      expect(idsOf(await collection.find('byOwner', { from: 'b', to: 'd', limit: 9 }))).toEqual(['b', 'c']);
      const down = { from: 'b', to: 'd', order: 'descending', limit: 9 } as const;
      expect(idsOf(await collection.find('byOwner', down))).toEqual(['c', 'b']);
    });

    test('counts the keys that start with a prefix', async () => {
      const collection = await items();
      for (const [id, owner] of Object.entries({ a: 'ann', b: 'ann', c: 'anna', d: 'bob' })) {
        await collection.insert(newDocument(id, { count: 1, owner }));
      }
      await collection.insert(newDocument('without', { count: 1 }));
      const counts = await Promise.all(['ann', 'anna', 'c', ''].map((prefix) => collection.count('byOwner', prefix)));
      expect(counts).toEqual([3, 1, 0, 4]);
      await expect(collection.count('byColour', '')).rejects.toThrow('no index byColour');
    });

    test('leaves out documents without that key', async () => {
      const collection = await items();
      await collection.insert(newDocument('with', { count: 1, owner: 'ann' }));
      await collection.insert(newDocument('without', { count: 1 }));
      expect(idsOf(await collection.find('byOwner', { limit: 9 }))).toEqual(['with']);
    });

    test('refuses a cursor that was never given out, an unknown index and an impossible limit', async () => {
      const collection = await items();
      for (const after of ['', 'x', 'WzFd', Buffer.from('["a"]').toString('base64url')]) {
        await expect(collection.find('byOwner', { after, limit: 1 })).rejects.toThrow(CursorError);
      }
      await expect(collection.find('byColour', { limit: 1 })).rejects.toThrow('no index byColour');
      await expect(collection.find('byOwner', { limit: 0 })).rejects.toThrow('limit');
    });
  });

  describe('dropPublished', () => {
    test('drops the confirmed entries only, keeps the order of the rest and changes the rev', async () => {
      const collection = await items();
      const outbox = [1, 2, 3, 4].map((sequence) => entry(sequence));
      await collection.insert({ ...newDocument('a', { count: 1 }), version: 4, outbox });
      await collection.dropPublished('a', ['event-1', 'event-3', 'event-9']);
      const left = await existing(collection, 'a');
      expect(left.outbox.map(({ sequence }) => sequence)).toEqual([2, 4]);
      expect(left).toMatchObject({ rev: 2, version: 4, state: { count: 1 } });
    });

    test('of entries that are gone, or of a missing document, is no write', async () => {
      const collection = await items();
      await collection.insert(newDocument('a', { count: 1 }));
      await collection.dropPublished('a', ['event-1']);
      await collection.dropPublished('b', ['event-1']);
      expect((await collection.get('a'))?.rev).toBe(1);
    });

    test('racing with replaces loses neither a change nor an entry', async () => {
      const collection = await items();
      await collection.insert(newDocument('a', { count: 0 }));
      const saying = Array.from({ length: 20 }, () => increment(collection, 'a', true));
      const dropping = Array.from({ length: 20 }, (_, at) => collection.dropPublished('a', [`event-${at + 1}`]));
      await Promise.all([...saying, ...dropping]);
      const left = await existing(collection, 'a');
      expect(left).toMatchObject({ state: { count: 20 }, version: 20 });
      await collection.dropPublished(
        'a',
        left.outbox.map(({ id }) => id),
      );
      expect((await collection.get('a'))?.outbox).toEqual([]);
    });
  });

  describe('unpublished', () => {
    test('finds outboxes whose oldest entry is old, oldest first, until they are published', async () => {
      const collection = await items();
      const saying = (id: string, ...seconds: number[]) =>
        collection.insert({ ...newDocument(id, { count: 1 }), outbox: seconds.map((second) => entry(second)) });
      await saying('silent');
      await saying('new', 50);
      await saying('old', 20, 51);
      await saying('oldest', 10);
      const find = async (limit: number) => (await collection.unpublished({ before: timeOf(30), limit })).map(idOf);
      expect(await find(9)).toEqual(['oldest', 'old']);
      expect(await find(1)).toEqual(['oldest']);
      await collection.dropPublished('old', ['event-20']);
      expect(await find(9)).toEqual(['oldest']);
    });

    test('finds outboxes from a time on, and any at all when no time is given', async () => {
      const collection = await items();
      const saying = (id: string, second: number) =>
        collection.insert({ ...newDocument(id, { count: 1 }), outbox: [entry(second)] });
      for (const second of [50, 10, 30]) await saying(`at-${second}`, second);
      await collection.insert(newDocument('silent', { count: 1 }));
      const find = async (options: { from?: string; before?: string }) =>
        (await collection.unpublished({ ...options, limit: 9 })).map(idOf);
      expect(await find({ from: timeOf(30) })).toEqual(['at-30', 'at-50']);
      expect(await find({ from: timeOf(11), before: timeOf(50) })).toEqual(['at-30']);
      expect(await find({})).toEqual(['at-10', 'at-30', 'at-50']);
    });
  });

  describe('backlog', () => {
    test('counts the documents with something to say, and tells their oldest times, ahead of now or not', async () => {
      const collection = await items();
      expect(await collection.backlog(timeOf(30))).toEqual({ documents: 0 });
      await collection.insert(newDocument('silent', { count: 1 }));
      await collection.insert({ ...newDocument('ahead', { count: 1 }), outbox: [entry(31)] });
      await collection.insert({ ...newDocument('further', { count: 1 }), outbox: [entry(50)] });
      expect(await collection.backlog(timeOf(30))).toEqual({ documents: 2, aheadAt: timeOf(31) });
      await collection.insert({ ...newDocument('now', { count: 1 }), outbox: [entry(30)] });
      await collection.insert({ ...newDocument('old', { count: 1 }), outbox: [entry(7), entry(8)] });
      const times = { oldestAt: timeOf(7), aheadAt: timeOf(31) };
      expect(await collection.backlog(timeOf(30))).toEqual({ documents: 4, ...times });
      await collection.dropPublished('old', ['event-7', 'event-8']);
      expect(await collection.backlog(timeOf(60))).toEqual({ documents: 3, oldestAt: timeOf(30) });
    });
  });

  describe('delete', () => {
    test('removes what was read, and nothing that changed since', async () => {
      const collection = await items();
      await collection.insert(newDocument('a', { count: 1, number: 'N1' }));
      const read = await existing(collection, 'a');
      await collection.replace({ ...read, state: { count: 2, number: 'N1' } });
      expect(await collection.delete(read)).toBe(false);
      expect(await collection.delete(await existing(collection, 'a'))).toBe(true);
      expect(await collection.get('a')).toBeUndefined();
      expect(await collection.delete(read)).toBe(false);
    });

    test('refuses a document that has something to say, even when the caller hides it', async () => {
      const collection = await items();
      const document = { ...newDocument('a', { count: 1 }), outbox: [entry(1)] };
      await collection.insert(document);
      await expect(collection.delete(document)).rejects.toThrow(OutboxNotEmptyError);
      expect(await collection.delete({ ...document, outbox: [] })).toBe(false);
      expect(await collection.get('a')).toEqual(document);
    });
  });

  describe('a collection', () => {
    test('that gets an index later finds the documents from before by it', async () => {
      const name = newName();
      const before = await store.collection<Item>(name);
      await before.insert(newDocument('a', { count: 1, owner: 'ann', number: 'N1' }));
      await before.insert(newDocument('b', { count: 1, owner: 'bob' }));
      const after = await (await another()).collection<Item>(name, spec);
      expect(idsOf(await after.find('byOwner', { limit: 9 }))).toEqual(['a', 'b']);
      expect(idsOf(await after.find('number', { limit: 9 }))).toEqual(['a']);
      await expect(after.insert(newDocument('c', { count: 1, number: 'N1' }))).rejects.toMatchObject({ key: 'number' });
    });

    test('that gets a unique key which is not unique is not opened', async () => {
      const name = newName();
      const before = await store.collection<Item>(name);
      for (const id of ['a', 'b']) await before.insert(newDocument(id, { count: 1, number: 'N1' }));
      await expect(store.collection<Item>(name, spec)).rejects.toMatchObject({ collection: name, key: 'number' });
      expect((await before.get('a'))?.state.number).toBe('N1');
    });

    test('is opened by several at once', async () => {
      const name = newName();
      const stores = [store, await another(), await another()];
      const opened = await Promise.all(stores.map((one) => one.collection<Item>(name, spec)));
      await opened[0]?.insert(newDocument('a', { count: 1, owner: 'ann' }));
      for (const one of opened) expect(idsOf(await one.find('byOwner', { limit: 1 }))).toEqual(['a']);
    });

    test('has no two indexes of one name, nor a name that is none', async () => {
      await expect(store.collection('a b')).rejects.toThrow('name of a collection');
      await expect(store.collection<Item>('items', { indexes: { 'x"y': () => '' } })).rejects.toThrow('of a index');
      const twice = { indexes: { number: () => 'a' }, unique: { number: () => 'a' } };
      await expect(store.collection<Item>('items', twice)).rejects.toThrow('more than one index called number');
    });
  });

  describe('a store', () => {
    test('answers a ping, and is unavailable once closed', async () => {
      const closing = await connect();
      const collection = await closing.collection<Item>(newName(), spec);
      await closing.ping();
      const last = collection.insert(newDocument('a', { count: 1 }));
      await closing.close();
      await closing.close();
      await last;
      await expect(closing.ping()).rejects.toThrow(StoreUnavailableError);
      await expect(collection.get('a')).rejects.toThrow(StoreUnavailableError);
      await expect(collection.insert(newDocument('b', { count: 1 }))).rejects.toThrow(StoreUnavailableError);
    });
  });
}

const oddNames = [
  'a.b',
  '$set',
  '$',
  '.',
  '',
  '__proto__',
  '_bsontype',
  '_',
  'toBSON',
  'constructor',
  'prototype',
  '~4',
  '~',
  '~1',
  'id',
  '_id',
  'length',
  '0',
];
const json = fc.jsonValue({ stringUnit: 'binary', depthSize: 'small' });

function entry(sequence: number, body = `{"n":${sequence}}`): OutboxEntry {
  return {
    id: `event-${sequence}`,
    sequence,
    at: timeOf(sequence),
    type: 'item.counted.v1',
    body,
    signature: 'v1,k,s',
  };
}

function timeOf(second: number): string {
  return new Date(Date.UTC(2030, 0, 1, 0, 0, second)).toISOString();
}

async function increment(collection: Collection<Item>, id: string, saying = false): Promise<void> {
  for (;;) {
    const read = await existing(collection, id);
    const version = read.version + (saying ? 1 : 0);
    const outbox = saying ? [...read.outbox, entry(version)] : read.outbox;
    const state = { ...read.state, count: read.state.count + 1 };
    if (await collection.replace({ ...read, version, state, outbox })) return;
  }
}

async function existing<S>(collection: Collection<S>, id: string): Promise<Document<S>> {
  return (await collection.get(id)) ?? never();
}

async function allIds<S>(collection: Collection<S>, index: string, options: Parameters<Collection<S>['find']>[1]) {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await collection.find(index, after === undefined ? options : { ...options, after });
    expect(page.documents.length).toBeLessThanOrEqual(options.limit);
    ids.push(...idsOf(page));
    after = page.next;
  } while (after !== undefined);
  return ids;
}

function idsOf({ documents }: { documents: Document<unknown>[] }): string[] {
  return documents.map(idOf);
}

function idOf({ id }: { id: string }): string {
  return id;
}

function never(): never {
  throw new Error('missing');
}
