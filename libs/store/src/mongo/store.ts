import mongoose, { type Connection } from 'mongoose';
import type { Collection, CollectionSpec, Store } from '../collection.ts';
import { StoreUnavailableError } from '../errors.ts';
import { keysOf } from '../keys.ts';
import { MongoCollection, type Operate, type Stored } from './collection.ts';
import { translated } from './errors.ts';
import { prepareCollection, schema } from './schema.ts';

/**
 * Connects to the database that the URL names. A write resolves when a majority has it in its journal, and a read sees
 * every such write: it asks the primary, whatever the URL says. An operation
 * that finds no server fails after 3 s, one that gets no answer after 5 s, and the connection comes back by itself.
 */
export async function openMongo(url: string): Promise<Store> {
  const place = placeOf(url);
  const connection = mongoose.createConnection(url, {
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
    serverSelectionTimeoutMS: 3_000,
    connectTimeoutMS: 3_000,
    socketTimeoutMS: 5_000,
    // By the names that a URL has for them, so that none there takes their place.
    w: 'majority',
    journal: true,
    readConcernLevel: 'majority',
    readPreference: 'primary',
  });
  connection.on('error', () => undefined); // Whoever asked for something is told; nobody else needs to be.
  try {
    await connection.asPromise();
  } catch (error) {
    await connection.close();
    throw translated(error, place);
  }
  return new MongoStore(connection, place);
}

/** Host and database, without user and password. */
function placeOf(url: string): string {
  const [, hosts, database] = /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?([^/@]+)\/([^/?]+)(?:\?.*)?$/.exec(url) ?? [];
  if (!database) throw new TypeError('a MongoDB URL names its database: mongodb://<host>/<database>');
  return `${hosts}/${database}`;
}

class MongoStore implements Store {
  readonly #connection: Connection;
  readonly #place: string;
  readonly #opened = new Set<string>();
  readonly #operations = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(connection: Connection, place: string) {
    this.#connection = connection;
    this.#place = place;
  }

  async collection<S>(name: string, spec: CollectionSpec<S> = {}): Promise<Collection<S>> {
    const keys = keysOf(name, spec);
    const model = this.#connection.models[name] ?? this.#connection.model<Stored>(name, schema, name);
    await this.#operate(name, () => prepareCollection(model, keys));
    this.#opened.add(name);
    return new MongoCollection(name, keys, model, this.#operate);
  }

  /**
   * Reads, and looks for the collections that were opened here: a server makes one that was dropped anew with the next
   * write, without the indexes that keep keys unique.
   */
  async ping(): Promise<void> {
    await this.#operate('', async () => this.#connection.db?.admin().ping());
    const gone = await Promise.all([...this.#opened].map((name) => this.#isGone(name)));
    if (!gone.includes(true)) return;
    const mend = 'put them back, or start the service again to begin with nothing';
    throw new StoreUnavailableError(`the store ${this.#place} was taken away: collections were dropped; ${mend}`);
  }

  #isGone(name: string): Promise<boolean> {
    return this.#operate(name, async () => {
      const indexes = await this.#connection.collection(name).indexes().catch(noneIfMissing);
      return !indexes.some((index) => index.name === 'unpublished');
    });
  }

  close(): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#operations).then(() => this.#connection.close());
    return this.#closed;
  }

  readonly #operate: Operate = async (collection, operation) => {
    if (this.#closed) throw new StoreUnavailableError(`the store ${this.#place} is closed`);
    const operating = operation();
    this.#operations.add(operating);
    try {
      return await operating;
    } catch (error) {
      throw translated(error, this.#place, collection);
    } finally {
      this.#operations.delete(operating);
    }
  };
}

function noneIfMissing(error: unknown): { name?: string }[] {
  const { code, codeName } = error as { code?: unknown; codeName?: unknown };
  if (code === 26 || codeName === 'NamespaceNotFound') return [];
  throw error;
}
