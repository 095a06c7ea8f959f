import type { DatabaseSync } from 'node:sqlite';
import type { Key } from '../keys.ts';

/**
 * One table per collection: the document's parts, and one column per declared key, so that every operation is one
 * statement. Runs inside a transaction: an index and the keys of the documents already there appear together.
 */
export function prepareTable<S>(database: DatabaseSync, table: string, keys: readonly Key<S>[]): void {
  database.exec(`CREATE TABLE IF NOT EXISTS "${table}" (
    id TEXT PRIMARY KEY NOT NULL, rev INTEGER NOT NULL, version INTEGER NOT NULL,
    state TEXT NOT NULL, outbox TEXT NOT NULL, seen TEXT NOT NULL) STRICT`);
  database.exec(`CREATE INDEX IF NOT EXISTS "${table} unpublished"
    ON "${table}" (outbox ->> '$[0].at') WHERE outbox <> '[]'`);
  const columns = new Set(database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all().map(nameOf));
  addColumns(
    database,
    table,
    keys.filter(({ name }) => !columns.has(columnOf(name))),
  );
  for (const key of keys) addIndex(database, table, key);
}

export function columnOf(key: string): string {
  return key === 'id' ? 'id' : `key_${key}`;
}

function addColumns<S>(database: DatabaseSync, table: string, keys: readonly Key<S>[]): void {
  if (keys.length === 0) return;
  for (const { name } of keys) database.exec(`ALTER TABLE "${table}" ADD COLUMN "${columnOf(name)}" TEXT`);
  const read = database.prepare(`SELECT state FROM "${table}" WHERE id = ?`);
  const assignments = keys.map(({ name }) => `"${columnOf(name)}" = ?`).join(', ');
  const write = database.prepare(`UPDATE "${table}" SET ${assignments} WHERE id = ?`);
  for (const { id } of database.prepare(`SELECT id FROM "${table}"`).all()) {
    const state = JSON.parse(String(read.get(String(id))?.state));
    write.run(...keys.map(({ of }) => of(state, String(id)) ?? null), String(id));
  }
}

// A key that used to be unique, or now is, loses its former index.
function addIndex<S>(database: DatabaseSync, table: string, { name, unique }: Key<S>): void {
  const column = columnOf(name);
  database.exec(`DROP INDEX IF EXISTS "${table} ${unique ? 'by' : 'one'} ${name}"`);
  database.exec(
    unique
      ? `CREATE UNIQUE INDEX IF NOT EXISTS "${table} one ${name}" ON "${table}" ("${column}") WHERE "${column}" IS NOT NULL`
      : `CREATE INDEX IF NOT EXISTS "${table} by ${name}" ON "${table}" ("${column}", id) WHERE "${column}" IS NOT NULL`,
  );
}

function nameOf(row: Record<string, unknown>): string {
  return String(row.name);
}
