import type { Collection, Document, OutboxEntry } from './collection.ts';
import { probes } from './probes.ts';

/** What the relay needs of a collection. */
export type Outboxes = Pick<Collection<unknown>, 'name' | 'get' | 'dropPublished' | 'unpublished' | 'backlog'>;

/** How much the entries take that the lanes of one relay hold in memory. */
export interface Memory {
  bytes: number;
}

/** What this process knows of the outbox of one document. */
export class Lane {
  readonly collection: Outboxes;
  readonly id: string;
  /** Not confirmed yet, by sequence; undefined when it must be read from the store first. */
  #entries: OutboxEntry[] | undefined = [];
  /** Everything up to this sequence is confirmed: a commit told late cannot bring it back. */
  #last = 0;
  /** Sequences of confirmed entries that the stored outbox still holds, by event id. */
  readonly #confirmed = new Map<string, number>();
  readonly #memory: Memory;

  constructor(collection: Outboxes, id: string, memory: Memory) {
    this.collection = collection;
    this.id = id;
    this.#memory = memory;
  }

  get head(): OutboxEntry | undefined {
    return this.#entries?.[0];
  }

  /** Whether there is, or may be, something to publish. */
  get busy(): boolean {
    return this.#entries === undefined || this.#entries.length > 0;
  }

  get confirmed(): ReadonlySet<string> {
    return new Set(this.#confirmed.keys());
  }

  /** Whether the stored outbox holds no entry that is confirmed. */
  get isClean(): boolean {
    return this.#confirmed.size === 0;
  }

  /** Learns of a stored version of the document; versions may come in any order. */
  learn({ version, outbox }: Document<unknown>): void {
    const held = new Set(outbox.map(({ id }) => id));
    for (const [id, sequence] of this.#confirmed) {
      if (sequence <= version && !held.has(id)) this.#confirmed.delete(id);
    }
    if (!this.#entries) return;
    // An outbox holds everything unconfirmed: what is older than an entry known here is known, too, or confirmed.
    const newest = this.#entries.at(-1)?.sequence ?? this.#last;
    this.#hold([...this.#entries, ...outbox.filter(({ sequence }) => sequence > newest)]);
  }

  /** Keeps the id only. */
  forget(): void {
    this.#hold(undefined);
  }

  async read(): Promise<void> {
    if (this.#entries) return;
    this.#entries = []; // what is committed while the store is read is learned, too
    const document = await this.collection.get(this.id);
    if (document) this.learn(document);
  }

  confirm(entry: OutboxEntry): void {
    this.#last = entry.sequence;
    this.#confirmed.set(entry.id, entry.sequence);
    this.#hold(this.#entries?.filter(({ sequence }) => sequence > entry.sequence));
  }

  #hold(entries: OutboxEntry[] | undefined): void {
    this.#memory.bytes += bytesOf(entries) - bytesOf(this.#entries);
    this.#entries = entries;
  }

  async dropConfirmed(): Promise<void> {
    const ids = [...this.#confirmed.keys()];
    if (ids.length > 0) await this.collection.dropPublished(this.id, ids);
    probes.dropped.publish(ids);
    for (const id of ids) this.#confirmed.delete(id);
  }
}

function bytesOf(entries: readonly OutboxEntry[] = []): number {
  return entries.reduce((sum, { body }) => sum + body.length, 0);
}
