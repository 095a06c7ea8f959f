import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from '@jest/globals';
import { newDocument } from '../src/collection.ts';
import { openStore } from '../src/open.ts';
import { createRelay } from '../src/outbox-relay.ts';
import { entry, FakeBroker, now, quiet, until } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'damaged-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

interface Note {
  readonly text: string;
  readonly number: string;
}
const spec = { unique: { number: ({ number }: Note) => number } };
const ids = Array.from({ length: 200 }, (_, at) => `note-${at}`);

/** A store at rest of 200 documents, with damage where `at` says. */
async function damaged(spoil: (path: string) => void) {
  const path = join(folder, `${files++}.db`);
  const before = await openStore(`sqlite:${path}`);
  const filled = await before.collection<Note>('notes', spec);
  for (const id of ids) {
    const document = newDocument(id, { text: id.padEnd(1_500, '.'), number: `n-${id}` });
    await filled.insert({ ...document, version: 1, outbox: [entry(id, 1, 60)] });
  }
  await before.close();
  spoil(path);
  const store = await openStore(`sqlite:${path}`);
  return { store, notes: await store.collection<Note>('notes', spec) };
}

/** Overwrites the page that holds a text. */
const pageOf = (text: string) => (path: string) => {
  const at = readFileSync(path).indexOf(text);
  overwrite(path, Math.floor(at / 4_096), 1);
};

const rootOf = (name: string) => (path: string) => {
  const database = new DatabaseSync(path);
  const { rootpage } = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name) ?? {};
  database.close();
  overwrite(path, Number(rootpage) - 1, 1);
};

function overwrite(path: string, page: number, pages: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4_096 * pages, 0xa5), 0, 4_096 * pages, page * 4_096);
  closeSync(file);
}

const own = { name: 'DamagedDocumentError', kind: 'unavailable', code: 'document-damaged' };
const ofAll = { name: 'StoreUnavailableError', outage: true, message: expect.stringContaining('is damaged') };

describe('one damaged page', () => {
  test('fails what concerns its documents, and nothing else', async () => {
    const { store, notes } = await damaged(pageOf('note-77...'));
    const read = await Promise.allSettled(ids.map((id) => notes.get(id)));
    const failed = read.filter(({ status }) => status === 'rejected');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(5);
    for (const outcome of failed) expect(outcome).toMatchObject({ reason: own });
    for (const outcome of failed) expect(outcome).not.toHaveProperty('reason.outage');
    await store.ping();
    await store.close();
  });

  test('fails alone the write that meets it, of many that share a commit', async () => {
    const { store, notes } = await damaged(pageOf('note-77...'));
    const change = (id: string) =>
      notes.replace({ ...newDocument<Note>(id, { text: 'short', number: `n-${id}` }), rev: 1 });
    const outcomes = await Promise.allSettled(ids.map(change));
    const failed = outcomes.filter(({ status }) => status === 'rejected');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(5);
    for (const outcome of failed) expect(outcome).toMatchObject({ reason: own });
    expect((await notes.get('note-5'))?.state.text).toBe('short');
    await store.ping();
    await store.close();
  });

  test('keeps the events of no other document from being published', async () => {
    const { store, notes } = await damaged(pageOf('note-77...'));
    const broker = new FakeBroker();
    const relay = createRelay({ publish: broker.publish, clock: () => now, log: quiet });
    relay.watch(notes);
    relay.start();
    await until(() => broker.said.length >= 196);
    expect(broker.said).not.toContain('note-77/1');
    await relay.stop();
    await store.close();
  });
});

describe('a document that is no JSON any more', () => {
  test('fails alone', async () => {
    const { store, notes } = await damaged((path) => {
      const database = new DatabaseSync(path);
      database.exec(`UPDATE notes SET state = substr(state, 1, 20) WHERE id = 'note-3'`);
      database.close();
    });
    await expect(notes.get('note-3')).rejects.toMatchObject(own);
    expect(await notes.get('note-4')).toBeDefined();
    const found = await notes.unpublished({ limit: 500 });
    expect(found).toHaveLength(199);
    await store.close();
  });
});

describe('a store is damaged as a whole, and says so to everyone', () => {
  test.each(['notes', 'notes one number'])('when the root of %p is', async (name) => {
    const { store, notes } = await damaged(rootOf(name));
    const insert = notes.insert(newDocument('new', { text: '', number: 'new' }));
    await expect(insert).rejects.toMatchObject(ofAll);
    await expect(store.ping()).rejects.toThrow('is damaged');
    await store.close();
  });

  test('when most of its documents are', async () => {
    const { store, notes } = await damaged((path) => {
      const size = readFileSync(path).length / 4_096;
      overwrite(path, Math.floor(size / 4), Math.floor(size / 2));
    });
    const read = await Promise.allSettled(ids.map((id) => notes.get(id)));
    expect(read.find(({ status }) => status === 'rejected')).toMatchObject({ reason: ofAll });
    await expect(store.ping()).rejects.toThrow('is damaged');
    await store.close();
  });

  test('when its tables are gone', async () => {
    const { store, notes } = await damaged(() => undefined);
    const path = join(folder, `${files - 1}.db`);
    const other = new DatabaseSync(path);
    other.exec('DROP TABLE notes');
    other.close();
    const gone = { name: 'StoreUnavailableError', message: expect.stringContaining('has lost its tables') };
    await expect(notes.get('note-1')).rejects.toMatchObject(gone);
    await store.close();
  });
});

test('a document too big to be stored is no trouble of the store', async () => {
  const database = new DatabaseSync(join(folder, `${files++}.db`));
  const { sqliteStore } = await import('../src/sqlite/store.ts');
  const store = sqliteStore(database, 'notes.db');
  const notes = await store.collection<string>('notes');
  database.limits.length = 100_000;
  const writes = [
    notes.insert(newDocument('big', 'x'.repeat(200_000))),
    notes.insert(newDocument('small', '')),
  ] as const;
  const [big, small] = await Promise.allSettled(writes);
  expect(big).toMatchObject({ status: 'rejected', reason: { kind: 'too-large', code: 'document-too-large' } });
  expect(small).toMatchObject({ status: 'fulfilled' });
  await store.ping();
  await store.close();
});
