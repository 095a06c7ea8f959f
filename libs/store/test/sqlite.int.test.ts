import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { newDocument } from '../src/collection.ts';
import { StoreUnavailableError } from '../src/errors.ts';
import { openStore } from '../src/open.ts';
import { sqliteStore } from '../src/sqlite/store.ts';
import { storeContract } from './store-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-'));
let files = 0;
const newFile = () => join(folder, `${files++}.db`);

describe('SQLite', () => {
  const file = join(folder, 'made', 'on', 'demand.db');
  storeContract(() => openStore(`sqlite:${file}`));

  test('stores in memory are strangers to each other', async () => {
    const [one, other] = await Promise.all([openStore('sqlite::memory:'), openStore('sqlite::memory:')]);
    await (await one.collection('notes')).insert(newDocument('a', {}));
    expect(await (await other.collection('notes')).get('a')).toBeUndefined();
    await Promise.all([one.close(), other.close()]);
  });

  test('writes of one turn share one commit', async () => {
    const database = new CountingDatabase(newFile());
    const notes = await sqliteStore(database, 'notes').collection('notes');
    database.commits = 0;
    await Promise.all(Array.from({ length: 100 }, (_, at) => notes.insert(newDocument(`note-${at}`, {}))));
    expect(database.commits).toBe(1);
  });

  test('the log beside the file does not grow for ever', async () => {
    const path = newFile();
    const store = await openStore(`sqlite:${path}`);
    const notes = await store.collection('notes');
    await notes.insert(newDocument('a', { text: '' }));
    for (let rev = 1; rev <= 300; rev++)
      await notes.replace({ ...newDocument('a', { text: 'x'.repeat(40_000) }), rev });
    expect(statSync(`${path}-wal`).size).toBeLessThan(8_000_000);
    await store.close();
  });
});

describe('a copy', () => {
  test('made as the README says, while the store is written, opens with all that was stored before', async () => {
    const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
    const [, command = ''] = readme.match(/^npx (node -e .*VACUUM INTO.*)$/m) ?? [];
    const place = mkdtempSync(join(folder, 'copy-'));
    const store = await openStore(`sqlite:${join(place, 'data/orders.db')}`);
    const orders = await store.collection('orders');
    for (let at = 0; at < 20; at++) await orders.insert(newDocument(`order-${at}`, {}));
    const path = `${dirname(process.execPath)}:${process.env.PATH}`;
    await promisify(execFile)('sh', ['-c', command], { cwd: place, env: { ...process.env, PATH: path } });
    await orders.insert(newDocument('later', {}));
    const copy = await openStore(`sqlite:${join(place, 'orders-copy.db')}`);
    expect((await (await copy.collection('orders')).find('id', { limit: 99 })).documents).toHaveLength(20);
    await Promise.all([store.close(), copy.close()]);
  });
});

describe('a file that others use, too', () => {
  test('counts every increment of three processes', async () => {
    const url = `sqlite:${newFile()}`;
    const store = await openStore(url);
    const counters = await store.collection<number>('counters');
    await counters.insert(newDocument('a', 0));
    const script = join(import.meta.dirname, 'count.ts');
    const run = () => promisify(execFile)(process.execPath, [script, url, '100']);
    await Promise.all([run(), run(), run()]);
    expect((await counters.get('a'))?.state).toBe(300);
    await store.close();
  });

  test('keeps what a process was told is stored, though the process is killed', async () => {
    const url = `sqlite:${newFile()}`;
    const child = spawn(process.execPath, [join(import.meta.dirname, 'insert.ts'), url]);
    const told: string[] = [];
    for await (const id of createInterface(child.stdout)) {
      told.push(id);
      if (told.length === 200) child.kill('SIGKILL');
    }
    const store = await openStore(url);
    const notes = await store.collection('notes');
    const stored = new Set((await notes.find('id', { limit: 100_000 })).documents.map(({ id }) => id));
    expect(told.filter((id) => !stored.has(id))).toEqual([]);
    expect(told.length).toBeGreaterThanOrEqual(200);
    await store.close();
  });

  test('makes a write wait while another holds it', async () => {
    const { other, notes, store } = await held(5_000);
    const written = notes.insert(newDocument('a', {}));
    expect(await Promise.race([written, turns(20)])).toBe('still waiting');
    other.exec('COMMIT');
    await written;
    expect(await notes.get('a')).toBeDefined();
    await store.close();
  });

  test('is unavailable to a write that waited too long, and only to that', async () => {
    const { other, notes, store } = await held(1);
    await expect(notes.insert(newDocument('a', {}))).rejects.toThrow('is busy: another process has held it');
    await expect(notes.insert(newDocument('b', {}))).rejects.toThrow(StoreUnavailableError);
    expect(await notes.get('a')).toBeUndefined();
    other.exec('COMMIT');
    await notes.insert(newDocument('c', {}));
    await store.close();
  });

  async function held(patienceMs: number) {
    const path = newFile();
    const setUp = await openStore(`sqlite:${path}`);
    await setUp.collection('notes');
    await setUp.close();
    const store = sqliteStore(new DatabaseSync(path), path, patienceMs);
    const notes = await store.collection('notes');
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    return { other, notes, store };
  }
});

describe('a store in trouble says so', () => {
  test('when no space is left: the whole group fails, what was stored stays, and it recovers', async () => {
    const database = new DatabaseSync(newFile());
    const store = sqliteStore(database, 'data/notes.db');
    const notes = await store.collection<string>('notes');
    await notes.insert(newDocument('before', 'x'));
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() ?? {};
    database.exec(`PRAGMA max_page_count = ${Number(pages)}`);
    const group = ['small', 'large'].map((id) =>
      notes.insert(newDocument(id, id === 'large' ? 'x'.repeat(50_000) : 'x')),
    );
    for (const write of await Promise.allSettled(group)) {
      expect(write).toMatchObject({
        reason: { kind: 'unavailable', message: expect.stringContaining('no space is left') },
      });
    }
    expect((await notes.find('id', { limit: 9 })).documents.map(({ id }) => id)).toEqual(['before']);
    database.exec('PRAGMA max_page_count = 1000000');
    await notes.insert(newDocument('large', 'x'.repeat(50_000)));
    await store.close();
  });

  test('when it may only be read, until it may be written again', async () => {
    const database = new DatabaseSync(newFile());
    const store = sqliteStore(database, 'data/notes.db');
    const notes = await store.collection('notes');
    database.exec('PRAGMA query_only = ON');
    await expect(notes.insert(newDocument('a', {}))).rejects.toThrow('the store data/notes.db is read-only');
    await expect(store.ping()).rejects.toThrow('the store data/notes.db is read-only');
    database.exec('PRAGMA query_only = OFF');
    await store.ping();
    await notes.insert(newDocument('a', {}));
    await store.close();
  });

  test('when its disk fails at the commit: nothing of the group is stored, what comes later is', async () => {
    const database = new CountingDatabase(newFile());
    const store = sqliteStore(database, 'data/notes.db');
    const notes = await store.collection('notes');
    database.failure = Object.assign(new Error('disk I/O error'), { errcode: 10 });
    await expect(notes.insert(newDocument('a', {}))).rejects.toThrow('its disk reports an error');
    await notes.insert(newDocument('b', {}));
    expect((await notes.find('id', { limit: 9 })).documents.map(({ id }) => id)).toEqual(['b']);
    await store.close();
  });

  test('when its folder cannot be made', async () => {
    const path = newFile();
    writeFileSync(path, 'a file, no folder');
    const opening = openStore(`sqlite:${path}/notes.db`);
    await expect(opening).rejects.toThrow(`the folder of the store ${path}/notes.db cannot be made`);
    await expect(opening).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('when its path is a folder', async () => {
    await expect(openStore(`sqlite:${folder}`)).rejects.toThrow('cannot be opened: check that its folder');
  });

  test('when the file is something else', async () => {
    const path = newFile();
    writeFileSync(path, 'Dear diary, '.repeat(100));
    await expect(openStore(`sqlite:${path}`)).rejects.toThrow('is no SQLite database');
  });

  test.each(['', 'sqlite:', 'postgres://localhost/x', './data/x.db'])('when its URL is %p', async (url) => {
    await expect(openStore(url)).rejects.toThrow('a store URL is sqlite:<path>');
  });
});

class CountingDatabase extends DatabaseSync {
  commits = 0;
  failure: Error | undefined;

  override exec(sql: string): void {
    if (sql === 'COMMIT') this.#commit();
    super.exec(sql);
  }

  #commit(): void {
    this.commits += 1;
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
  }
}

/** Lets the event loop turn: what only waited for its turn is done afterwards. */
async function turns(count: number): Promise<string> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  return 'still waiting';
}
