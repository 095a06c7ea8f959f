import { type Document, DuplicateError, type FindOptions } from '@order-events/store';
import { endOf, type Key, type Position } from '@order-events/store/adapter';

/** A document as it is kept: as text, so that nobody holds a part of it, and with what it is found by. */
interface Row {
  readonly text: string;
  readonly rev: number;
  readonly keys: ReadonlyMap<string, string>;
  /** When its oldest unpublished event was decided. */
  readonly oldest: string | undefined;
}

/** The documents of one collection in memory. Each method is one step that nothing comes between. */
export class MemoryTable {
  readonly name: string;
  #keys: ReadonlyMap<string, Key<unknown>> = new Map();
  #rows = new Map<string, Row>();

  constructor(name: string) {
    this.name = name;
  }

  /** Finds what is there by these keys, too. Throws DuplicateError when one that is to be unique is not. */
  learn(keys: readonly Key<unknown>[]): void {
    if (keys.every(({ name }) => this.#keys.has(name))) return;
    const [before, rows] = [this.#keys, this.#rows];
    this.#keys = new Map([...before, ...keys.map((key) => [key.name, key] as const)]);
    this.#rows = new Map();
    try {
      for (const { text } of rows.values()) this.write(JSON.parse(text));
    } catch (error) {
      [this.#keys, this.#rows] = [before, rows];
      throw error;
    }
  }

  read<S>(id: string): Document<S> | undefined {
    const row = this.#rows.get(id);
    return row && (JSON.parse(row.text) as Document<S>);
  }

  revOf(id: string): number | undefined {
    return this.#rows.get(id)?.rev;
  }

  /** False where one with this id is there. Throws DuplicateError where another has one of its unique keys. */
  insert(document: Document<unknown>): boolean {
    if (this.#rows.has(document.id)) return false;
    this.write(document);
    return true;
  }

  /** As the next rev; false where the stored one isn't `document.rev`. */
  replace(document: Document<unknown>): boolean {
    if (this.revOf(document.id) !== document.rev) return false;
    this.write({ ...document, rev: document.rev + 1 });
    return true;
  }

  write(document: Document<unknown>): void {
    const { id, rev, state, outbox } = document;
    const keys = new Map<string, string>();
    for (const { name, unique, of } of this.#keys.values()) {
      const key = of(state, id);
      if (key === undefined) continue;
      if (unique && this.#takenByOther(name, key, id)) throw new DuplicateError(this.name, name);
      keys.set(name, key);
    }
    this.#rows.set(id, { text: JSON.stringify(document), rev, keys, oldest: outbox[0]?.at });
  }

  remove(id: string): void {
    this.#rows.delete(id);
  }

  /** Where documents stand in an index, in the order asked for. */
  positions(index: string, options: Omit<FindOptions, 'limit'>, after: Position | undefined): Position[] {
    const direction = options.order === 'descending' ? -1 : 1;
    return [...this.#rows]
      .flatMap(([id, { keys }]) => {
        const key = index === 'id' ? id : keys.get(index);
        return key === undefined ? [] : [{ key, id }];
      })
      .filter(({ key }) => isWithin(key, options))
      .filter((position) => !after || direction * compare(position, after) > 0)
      .sort((a, b) => direction * compare(a, b));
  }

  /** Those with something in the outbox, and when the first of it was decided, oldest first. */
  unpublished(): Position[] {
    return [...this.#rows]
      .flatMap(([id, { oldest }]) => (oldest === undefined ? [] : [{ key: oldest, id }]))
      .sort(compare);
  }

  #takenByOther(index: string, key: string, id: string): boolean {
    return [...this.#rows].some(([other, { keys }]) => other !== id && keys.get(index) === key);
  }
}

function isWithin(key: string, { prefix, from, to }: Omit<FindOptions, 'limit'>): boolean {
  if (prefix && (byBytes(key, prefix) < 0 || byBytes(key, endOf(prefix)) >= 0)) return false;
  return (from === undefined || byBytes(key, from) >= 0) && (to === undefined || byBytes(key, to) < 0);
}

function compare(a: Position, b: Position): number {
  return byBytes(a.key, b.key) || byBytes(a.id, b.id);
}

// UTF-16 and UTF-8 sort the same but for what is written as surrogate pairs.
function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  if (/[\ud800-\uffff]/.test(a + b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
