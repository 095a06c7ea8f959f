import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Backlog, Collection, Document, FindOptions, Page, UnpublishedOptions } from '../collection.ts';
import { DamagedDocumentError, OutboxNotEmptyError, StoreUnavailableError } from '../errors.ts';
import { checkId, type Key, knownIndex } from '../keys.ts';
import { checkLimit, endOf, pageOf, parseCursor } from '../page.ts';
import type { GroupCommit } from './commits.ts';
import { isWidespread } from './damage.ts';
import { isDamage, translated } from './errors.ts';
import { columnOf } from './schema.ts';

export class SqliteCollection<S> implements Collection<S> {
  readonly name: string;
  readonly #keys: readonly Key<S>[];
  readonly #database: DatabaseSync;
  readonly #commits: GroupCommit;
  readonly #store: string;
  readonly #onDamage: (isDamaged: () => boolean) => void;
  readonly #prepared = new Map<string, StatementSync>();
  // Written once: to write a statement's text for each use costs as much as to find it prepared.
  readonly #sql: ReturnType<typeof statements>;

  constructor(
    name: string,
    keys: readonly Key<S>[],
    database: DatabaseSync,
    commits: GroupCommit,
    store: string,
    onDamage: (isDamaged: () => boolean) => void,
  ) {
    this.name = name;
    this.#keys = keys;
    this.#database = database;
    this.#commits = commits;
    this.#store = store;
    this.#onDamage = onDamage;
    this.#sql = statements(name, keys);
  }

  async get(id: string): Promise<Document<S> | undefined> {
    return this.#read(this.#sql.get, id)[0];
  }

  async insert(document: Document<S>): Promise<boolean> {
    checkId(document);
    return this.#write(this.#sql.insert, [document.id, document.rev, ...this.#values(document)]);
  }

  async replace(document: Document<S>): Promise<boolean> {
    return this.#write(this.#sql.replace, [...this.#values(document), document.id, document.rev]);
  }

  async dropPublished(id: string, eventIds: readonly string[]): Promise<void> {
    const [only] = eventIds;
    if (only !== undefined && eventIds.length === 1 && (await this.#empty(id, only))) return;
    const ids = JSON.stringify(eventIds);
    await this.#write(this.#sql.drop, [ids, id, ids]);
  }

  /** The common case at half the cost: the one entry there is. False when there are others. */
  #empty(id: string, eventId: string): Promise<boolean> {
    return this.#write(this.#sql.empty, [id, eventId]);
  }

  async find(index: string, options: FindOptions): Promise<Page<S>> {
    knownIndex(this.name, this.#keys, index);
    checkLimit(options);
    const { where, values, order } = range(`"${columnOf(index)}"`, options);
    const sql = `SELECT ${parts} FROM "${this.name}" WHERE ${where} ORDER BY ${order} LIMIT ?`;
    const found = this.#read(sql, ...values, options.limit + 1);
    const key = this.#keys.find(({ name }) => name === index);
    return pageOf(found, options.limit, ({ state, id }) => (key ? key.of(state, id) : id) ?? '');
  }

  async count(index: string, prefix: string): Promise<number> {
    knownIndex(this.name, this.#keys, index);
    const { where, values } = range(`"${columnOf(index)}"`, { prefix });
    return Number(this.#rows(`SELECT count(*) AS count FROM "${this.name}" WHERE ${where}`, ...values)[0]?.count);
  }

  async unpublished({ from = '', before = endOf(''), limit }: UnpublishedOptions): Promise<Document<S>[]> {
    checkLimit({ limit });
    const where = `outbox <> '[]' AND ${oldest} < ?`;
    const wanted = `FROM "${this.name}" WHERE ${where} AND ${oldest} >= ? ORDER BY ${oldest} LIMIT ?`;
    try {
      return this.#read(`SELECT ${parts} ${wanted}`, before, from, limit);
    } catch (error) {
      if (!(error instanceof DamagedDocumentError)) throw error;
      // The index alone tells where they lie: one that is damaged keeps no other from being published.
      const rows = this.#rows(`SELECT rowid AS at ${wanted}`, before, from, limit);
      return rows.flatMap(({ at }) => this.#readable(Number(at)));
    }
  }

  #readable(row: number): Document<S>[] {
    try {
      return this.#read(`SELECT ${parts} FROM "${this.name}" WHERE rowid = ?`, row);
    } catch (error) {
      if (error instanceof DamagedDocumentError) return [];
      throw error;
    }
  }

  async backlog(now: string): Promise<Backlog> {
    const times = `min(${oldest}) FILTER (WHERE ${oldest} <= ?) AS oldestAt, min(${oldest}) FILTER (WHERE ${oldest} > ?) AS aheadAt`;
    const sql = `SELECT count(*) AS documents, ${times} FROM "${this.name}" WHERE outbox <> '[]'`;
    const [{ documents, oldestAt, aheadAt } = {}] = this.#rows(sql, now, now);
    return {
      documents: Number(documents),
      ...(typeof oldestAt === 'string' && { oldestAt }),
      ...(typeof aheadAt === 'string' && { aheadAt }),
    };
  }

  async delete(document: Document<S>): Promise<boolean> {
    if (document.outbox.length > 0) throw new OutboxNotEmptyError(this.name, document.id);
    const sql = `DELETE FROM "${this.name}" WHERE id = ? AND rev = ? AND outbox = '[]'`;
    return this.#write(sql, [document.id, document.rev]);
  }

  #values({ id, version, state, outbox, seen }: Document<S>): SQLInputValue[] {
    const keys = this.#keys.map(({ of }) => of(state, id) ?? null);
    return [version, JSON.stringify(state), JSON.stringify(outbox), JSON.stringify(seen), ...keys];
  }

  #read(sql: string, ...values: SQLInputValue[]): Document<S>[] {
    const rows = this.#rows(sql, ...values);
    try {
      return rows.map(toDocument<S>);
    } catch (error) {
      throw new DamagedDocumentError(this.#store, this.name, { cause: error });
    }
  }

  #rows(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    try {
      return this.#statement(sql).all(...values);
    } catch (error) {
      throw this.#told(error);
    }
  }

  /** Whether it changed a document. */
  async #write(sql: string, values: SQLInputValue[]): Promise<boolean> {
    try {
      return await this.#commits.write(() => this.#statement(sql).run(...values).changes === 1);
    } catch (error) {
      throw this.#told(error);
    }
  }

  #told(error: unknown): unknown {
    if (!isDamage(error)) return translated(error, this.#store, this.name);
    if (!this.#isDamaged()) return new DamagedDocumentError(this.#store, this.name, { cause: error });
    this.#onDamage(this.#isDamaged);
    return new StoreUnavailableError(`the store ${this.#store} is damaged`, { cause: error });
  }

  readonly #isDamaged = () =>
    isWidespread(this.#database, this.name, ['id', ...this.#keys.map((key) => columnOf(key.name))]);

  #statement(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }
}

const oldest = `outbox ->> '$[0].at'`;
const parts = 'id, rev, version, state, outbox, seen';

function statements<S>(name: string, keys: readonly Key<S>[]) {
  const written = ['version', 'state', 'outbox', 'seen', ...keys.map((key) => `"${columnOf(key.name)}"`)];
  const columns = ['id', 'rev', ...written];
  const confirmed = `json_extract(entry.value, '$.id') IN (SELECT value FROM json_each(?))`;
  const entries = `FROM json_each(outbox) AS entry WHERE`;
  const kept = `SELECT json_group_array(json(entry.value) ORDER BY entry.key) ${entries} NOT ${confirmed}`;
  const update = `UPDATE "${name}" SET rev = rev + 1`;
  return {
    get: `SELECT ${parts} FROM "${name}" WHERE id = ?`,
    insert: `INSERT INTO "${name}" (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ON CONFLICT (id) DO NOTHING`,
    replace: `${update}, ${written.map((column) => `${column} = ?`).join(', ')} WHERE id = ? AND rev = ?`,
    drop: `${update}, outbox = (${kept}) WHERE id = ? AND EXISTS (SELECT 1 ${entries} ${confirmed})`,
    empty: `${update}, outbox = '[]' WHERE id = ? AND outbox ->> '$[0].id' = ? AND outbox -> '$[1]' IS NULL`,
  };
}

function toDocument<S>(row: Record<string, unknown>): Document<S> {
  return {
    id: String(row.id),
    rev: Number(row.rev),
    version: Number(row.version),
    state: JSON.parse(String(row.state)),
    outbox: JSON.parse(String(row.outbox)),
    seen: JSON.parse(String(row.seen)),
  };
}

function range(column: string, { prefix, from, to, after, order = 'ascending' }: Omit<FindOptions, 'limit'>) {
  const ascending = order === 'ascending';
  const conditions: [string, ...string[]][] = [[`${column} IS NOT NULL`]];
  if (prefix) conditions.push([`${column} >= ?`, prefix], [`${column} < ?`, endOf(prefix)]);
  if (from !== undefined) conditions.push([`${column} >= ?`, from]);
  if (to !== undefined) conditions.push([`${column} < ?`, to]);
  if (after !== undefined) {
    const { key, id } = parseCursor(after);
    conditions.push([`(${column}, id) ${ascending ? '>' : '<'} (?, ?)`, key, id]);
  }
  return {
    where: conditions.map(([sql]) => sql).join(' AND '),
    values: conditions.flatMap(([, ...values]) => values),
    order: ascending ? `${column}, id` : `${column} DESC, id DESC`,
  };
}
