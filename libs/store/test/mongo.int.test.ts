import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type TestMongo, testMongo } from '@order-events/testing';
import mongoose, { type Connection } from 'mongoose';
import { newDocument } from '../src/collection.ts';
import { openStore } from '../src/open.ts';
import { proxyTo } from './proxy.ts';
import { storeContract } from './store-contract.ts';

const server = await testMongo();

if ('skipped' in server) {
  process.stdout.write(`The MongoDB suite is skipped: ${server.skipped}\n`);
  test.skip(`MongoDB (${server.skipped})`, () => undefined);
} else {
  afterAll(() => server.close());
  describe(`MongoDB (${server.kind})`, () => {
    const database = `store-${randomUUID().slice(0, 8)}`;
    storeContract(() => openStore(databaseUrl(server, database)));
  });
  describe(`the line to MongoDB (${server.kind})`, () => lineTests(server));
}

function lineTests(mongo: TestMongo): void {
  test.each([
    ['the database is dropped', (connection: Connection) => connection.dropDatabase()],
    ['a collection is dropped', (connection: Connection) => connection.dropCollection('notes')],
  ])('is still there, and the store is not ready, when %s', async (_what, drop) => {
    const url = databaseUrl(mongo, `dropped-${randomUUID().slice(0, 8)}`);
    const store = await openStore(url);
    const notes = await store.collection('notes');
    await store.ping();
    const other = await mongoose.createConnection(url).asPromise();
    await drop(other);
    const gone = { name: 'StoreUnavailableError', message: expect.stringContaining('collections were dropped') };
    await expect(store.ping()).rejects.toMatchObject(gone);
    // The server has made it anew, as if nothing had been.
    await notes.insert(newDocument('a', {}));
    await expect(store.ping()).rejects.toMatchObject(gone);
    await store.collection('notes');
    await store.ping();
    await other.close();
    await store.close();
  });

  test('carries writes that ask for a majority, and for its journal', async () => {
    const { proxy, store, notes } = await proxied(mongo);
    await notes.insert(newDocument('a', {}));
    const journal = Buffer.from([0x08, 'j'.charCodeAt(0), 0, 1]); // BSON: a boolean called j, true
    expect(proxy.sent().includes('majority')).toBe(true);
    expect(proxy.sent().includes(journal)).toBe(true);
    await store.close();
    await proxy.cut();
  });

  test.each(['', '?readPreference=secondary&readConcernLevel=local&w=1'])(
    'carries what a majority has, from the primary and to its journal, whatever the URL says: %s',
    async (options) => {
      const { proxy, store, notes } = await proxied(mongo, options);
      const before = proxy.sent().length;
      await notes.insert(newDocument('a', {}));
      expect(proxy.sent().subarray(before).includes('majority')).toBe(true);
      for (const read of [() => notes.get('a'), () => notes.find('id', { limit: 1 })]) {
        const before = proxy.sent().length;
        await read();
        const sent = proxy.sent().subarray(before);
        expect(sent.includes('find')).toBe(true);
        expect(sent.includes('majority')).toBe(true);
        expect(sent.includes('secondary')).toBe(false);
      }
      await store.close();
      await proxy.cut();
    },
  );

  test('may be cut: the store is unavailable within seconds, and comes back by itself', async () => {
    const { proxy, store, notes } = await proxied(mongo);
    await proxy.cut();
    const start = performance.now();
    await expect(notes.insert(newDocument('a', {}))).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(store.ping()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(performance.now() - start).toBeLessThan(10_000);
    await proxy.mend();
    await notes.insert(newDocument('b', {}));
    expect(await notes.get('b')).toEqual(newDocument('b', {}));
    await store.close();
    await proxy.cut();
  }, 20_000);

  test('never carries a document that the server hangs up on: it is too large, and its neighbours are stored', async () => {
    const { proxy, store, notes } = await proxied(mongo);
    const big = notes.insert(newDocument('big', { text: 'x'.repeat(17 * 2 ** 20) }));
    const small = notes.insert(newDocument('small', {}));
    await expect(big).rejects.toMatchObject({ kind: 'too-large', code: 'document-too-large' });
    await small;
    await store.close();
    await proxy.cut();
  });

  test('may go dead: an answer that does not come is unavailable within seconds', async () => {
    const { proxy, store, notes } = await proxied(mongo);
    proxy.die();
    await expect(notes.insert(newDocument('a', {}))).rejects.toMatchObject({ kind: 'unavailable' });
    await proxy.cut();
    await store.close();
  }, 20_000);
}

describe('a MongoDB that is not there', () => {
  test('is unavailable within seconds, and its password stays secret', async () => {
    await expect(openStore('mongodb://shop:hunter2@127.0.0.1:1/shop')).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'the store 127.0.0.1:1/shop cannot be reached',
    });
  });

  test('is not guessed: the URL names the database', async () => {
    await expect(openStore('mongodb://127.0.0.1:27017')).rejects.toThrow('names its database');
  });
});

async function proxied(mongo: TestMongo, options = '') {
  const { hostname, port } = new URL(mongo.uri);
  const proxy = await proxyTo(hostname, Number(port || 27017));
  const line = new URL(databaseUrl(mongo, `line-${randomUUID().slice(0, 8)}`));
  line.host = `127.0.0.1:${proxy.port}`;
  const store = await openStore(`${line.href}${options}`);
  return { proxy, store, notes: await store.collection('notes') };
}

function databaseUrl({ uri }: TestMongo, database: string): string {
  const url = new URL(uri);
  url.pathname = `/${database}`;
  return url.href;
}
