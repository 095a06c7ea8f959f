import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from '@jest/globals';
import { newDocument } from '../src/collection.ts';
import { openStore } from '../src/open.ts';

const folder = mkdtempSync(join(tmpdir(), 'taken-'));
afterAll(() => rmSync(folder, { recursive: true }));
let stores = 0;

async function running() {
  const path = join(folder, `store-${stores++}`, 'notes.db');
  const store = await openStore(`sqlite:${path}`);
  const notes = await store.collection<string>('notes');
  for (let at = 0; at < 50; at++) await notes.insert(newDocument(`before-${at}`, 'x'.repeat(1_000)));
  return { path, store, notes };
}

const all = (path: string) => ['', '-wal', '-shm'].map((suffix) => path + suffix);
const atRest = (path: string) => {
  const other = new DatabaseSync(path);
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  other.close();
};

const harms: Record<string, (path: string) => void> = {
  'all its files are deleted': (path) => all(path).map((file) => rmSync(file)),
  'its file alone is deleted': (path) => rmSync(path),
  'its log alone is deleted': (path) => rmSync(`${path}-wal`),
  'the file its processes share is deleted': (path) => rmSync(`${path}-shm`),
  'its folder is deleted': (path) => rmSync(dirname(path), { recursive: true }),
  'its folder is moved': (path) => renameSync(dirname(path), `${dirname(path)}-elsewhere`),
  'its file is moved': (path) => renameSync(path, `${path}.bak`),
  'another file is moved to its place': (path) => {
    copyFileSync(path, `${path}.new`);
    renameSync(`${path}.new`, path);
  },
  'its log is replaced': (path) => {
    copyFileSync(`${path}-wal`, `${path}.new`);
    renameSync(`${path}.new`, `${path}-wal`);
  },
  'its folder is replaced by an empty one': (path) => {
    renameSync(dirname(path), `${dirname(path)}-elsewhere`);
    mkdirSync(dirname(path));
  },
  'its file is emptied': (path) => {
    atRest(path);
    truncateSync(path);
  },
  'its file is cut short': (path) => {
    atRest(path);
    truncateSync(path, 40_960);
  },
  'its log is emptied': (path) => truncateSync(`${path}-wal`),
  'its log is cut short': (path) => truncateSync(`${path}-wal`, 40_000),
};

describe('a store that is taken away from a running service', () => {
  test.each(Object.keys(harms))('is unavailable before another write is acknowledged: %s', async (harm) => {
    const { path, store, notes } = await running();
    await store.ping();
    await notes.insert(newDocument('just before', ''));
    harms[harm]?.(path);
    await expect(notes.insert(newDocument('lost', ''))).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      outage: true,
      message: expect.stringMatching(/was taken away: its (file|folder) .*stop the service/),
    });
    await expect(store.ping()).rejects.toThrow('was taken away');
    await store.close();
  });

  test('is not ready, before anything is written', async () => {
    const { path, store } = await running();
    rmSync(path);
    await expect(store.ping()).rejects.toThrow('its file was deleted or moved');
    await store.close();
  });

  test('and put back is ready again, with everything', async () => {
    const { path, store, notes } = await running();
    for (const file of all(path)) renameSync(file, `${file}.away`);
    await expect(notes.insert(newDocument('meanwhile', ''))).rejects.toThrow('was taken away');
    for (const file of all(path)) renameSync(`${file}.away`, file);
    await store.ping();
    await notes.insert(newDocument('after', ''));
    expect(await notes.get('before-0')).toBeDefined();
    await store.close();
  });
});

describe('a store is as it was', () => {
  test('while another process writes, cuts the log, and makes the file smaller', async () => {
    const { path, store, notes } = await running();
    const other = new DatabaseSync(path);
    other.exec(`DELETE FROM notes WHERE id <> 'before-1'; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)`);
    await store.ping();
    await notes.insert(newDocument('after', ''));
    other.close();
    expect((await notes.find('id', { limit: 9 })).documents.map(({ id }) => id)).toEqual(['after', 'before-1']);
    await store.close();
  });

  test('when something else grows beside it', async () => {
    const { path, store, notes } = await running();
    appendFileSync(`${path}.txt`, 'x');
    await notes.insert(newDocument('after', ''));
    await store.ping();
    await store.close();
  });
});
