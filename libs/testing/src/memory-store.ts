import {
  type Backlog,
  type Collection,
  type CollectionSpec,
  type Document,
  type FindOptions,
  OutboxNotEmptyError,
  type Page,
  type Store,
  StoreUnavailableError,
  type UnpublishedOptions,
} from '@order-events/store';
import {
  checkId,
  checkLimit,
  type Key,
  keysOf,
  knownIndex,
  type Position,
  pageOf,
  parseCursor,
} from '@order-events/store/adapter';
import { MemoryTable } from './memory-table.ts';

/** A store in memory. Every operation has happened by the time it returns its promise: whoever calls it decides when. */
export class MemoryStore implements Store {
  readonly #tables: Map<string, MemoryTable>;
  #closed = false;

  constructor(tables = new Map<string, MemoryTable>()) {
    this.#tables = tables;
  }

  /** The same documents, as another process sees them. */
  another(): MemoryStore {
    return new MemoryStore(this.#tables);
  }

  async collection<S>(name: string, spec: CollectionSpec<S> = {}): Promise<Collection<S>> {
    const keys = keysOf(name, spec);
    const table = this.#tables.get(name) ?? new MemoryTable(name);
    // The keys are asked for states of this collection only.
    table.learn(keys as readonly Key<unknown>[]);
    this.#tables.set(name, table);
    return new MemoryCollection<S>(table, keys, () => this.#check());
  }

  async ping(): Promise<void> {
    this.#check();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #check(): void {
    if (this.#closed) throw new StoreUnavailableError('the store is closed');
  }
}

class MemoryCollection<S> implements Collection<S> {
  readonly name: string;
  readonly #table: MemoryTable;
  readonly #keys: readonly Key<S>[];
  readonly #check: () => void;

  constructor(table: MemoryTable, keys: readonly Key<S>[], check: () => void) {
    this.name = table.name;
    this.#table = table;
    this.#keys = keys;
    this.#check = check;
  }

  async get(id: string): Promise<Document<S> | undefined> {
    this.#check();
    return this.#table.read<S>(id);
  }

  async insert(document: Document<S>): Promise<boolean> {
    this.#check();
    checkId(document);
    return this.#table.insert(document);
  }

  async replace(document: Document<S>): Promise<boolean> {
    this.#check();
    return this.#table.replace(document);
  }

  async dropPublished(id: string, eventIds: readonly string[]): Promise<void> {
    this.#check();
    const document = this.#table.read<S>(id);
    const outbox = document?.outbox.filter((entry) => !eventIds.includes(entry.id));
    if (!document || outbox?.length === document.outbox.length) return;
    this.#table.write({ ...document, rev: document.rev + 1, outbox: outbox ?? [] });
  }

  async find(index: string, options: FindOptions): Promise<Page<S>> {
    this.#check();
    knownIndex(this.name, this.#keys, index);
    checkLimit(options);
    const after = options.after === undefined ? undefined : parseCursor(options.after);
    const found = this.#table.positions(index, options, after).slice(0, options.limit + 1);
    const keys = new Map(found.map(({ id, key }) => [id, key]));
    const documents = found.flatMap(({ id }) => this.#table.read<S>(id) ?? []);
    return pageOf(documents, options.limit, ({ id }) => keys.get(id) ?? '');
  }

  async count(index: string, prefix: string): Promise<number> {
    this.#check();
    knownIndex(this.name, this.#keys, index);
    return this.#table.positions(index, { prefix }, undefined).length;
  }

  async unpublished({ from = '', before, limit }: UnpublishedOptions): Promise<Document<S>[]> {
    this.#check();
    checkLimit({ limit });
    const wanted = ({ key }: Position) => key >= from && (before === undefined || key < before);
    const found = this.#table.unpublished().filter(wanted).slice(0, limit);
    return found.flatMap(({ id }) => this.#table.read<S>(id) ?? []);
  }

  async backlog(now: string): Promise<Backlog> {
    this.#check();
    const times = this.#table.unpublished().map(({ key }) => key);
    const [oldestAt, aheadAt] = [times.find((at) => at <= now), times.find((at) => at > now)];
    return {
      documents: times.length,
      ...(oldestAt !== undefined && { oldestAt }),
      ...(aheadAt !== undefined && { aheadAt }),
    };
  }

  async delete(document: Document<S>): Promise<boolean> {
    this.#check();
    if (document.outbox.length > 0) throw new OutboxNotEmptyError(this.name, document.id);
    const stored = this.#table.read<S>(document.id);
    if (stored?.rev !== document.rev || stored.outbox.length > 0) return false;
    this.#table.remove(document.id);
    return true;
  }
}
