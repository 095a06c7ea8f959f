import type { DatabaseSync } from 'node:sqlite';

const SAMPLES = 16;

/**
 * Whether more is damaged than a few documents of a table: one of its indexes can be read from neither end, or most of
 * some documents that lie apart cannot be read. Reads a few pages.
 */
export function isWidespread(database: DatabaseSync, table: string, columns: readonly string[]): boolean {
  const can = (sql: string, ...values: number[]) => {
    try {
      return database.prepare(sql).all(...values);
    } catch {
      return undefined;
    }
  };
  const end = (column: string, order: string) =>
    can(`SELECT rowid AS at FROM "${table}" WHERE "${column}" IS NOT NULL ORDER BY "${column}" ${order} LIMIT 200`);
  const ends = columns.map((column) => [end(column, 'ASC'), end(column, 'DESC')]);
  if (ends.some((both) => both.every((found) => found === undefined))) return true;
  const rows = ends.flat().flatMap((found) => found?.map(({ at }) => Number(at)) ?? []);
  const apart = rows.filter((_, index) => index % Math.ceil(rows.length / SAMPLES) === 0);
  const readable = apart.filter((at) => can(`SELECT * FROM "${table}" WHERE rowid = ?`, at));
  return readable.length * 2 < apart.length;
}
