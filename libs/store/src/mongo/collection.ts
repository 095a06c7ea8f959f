import { type Model, mongo, type SortOrder } from 'mongoose';
import type {
  Backlog,
  Collection,
  Document,
  FindOptions,
  OutboxEntry,
  Page,
  UnpublishedOptions,
} from '../collection.ts';
import { DocumentTooLargeError, DuplicateError, OutboxNotEmptyError } from '../errors.ts';
import { checkId, type Key, knownIndex } from '../keys.ts';
import { checkLimit, endOf, pageOf, parseCursor } from '../page.ts';
import { probes } from '../probes.ts';
import { decode, encode } from './names.ts';

const MOST_BYTES = 16 * 2 ** 20;

export interface Stored {
  readonly _id: string;
  readonly rev: number;
  readonly version: number;
  readonly state: unknown;
  readonly outbox: OutboxEntry[];
  readonly seen: string[];
  /** By the names of the declared keys. */
  readonly keys: Readonly<Record<string, string>>;
}

/** Runs an operation of the store: tells its errors in the port's words. */
export type Operate = <T>(collection: string, operation: () => Promise<T>) => Promise<T>;

/** Every write touches one document, so it is atomic without a transaction. */
export class MongoCollection<S> implements Collection<S> {
  readonly name: string;
  readonly #keys: readonly Key<S>[];
  readonly #model: Model<Stored>;
  readonly #operate: Operate;

  constructor(name: string, keys: readonly Key<S>[], model: Model<Stored>, operate: Operate) {
    this.name = name;
    this.#keys = keys;
    this.#model = model;
    this.#operate = operate;
  }

  async get(id: string): Promise<Document<S> | undefined> {
    const stored = await this.#do(() => this.#model.findById(id).lean<Stored>().exec());
    return stored ? toDocument(stored) : undefined;
  }

  async insert(document: Document<S>): Promise<boolean> {
    checkId(document);
    try {
      await this.#do(() => this.#raw.insertOne(this.#stored(document)));
    } catch (error) {
      // The id was taken then, also where it is free by now. Of several keys that are taken, the server names one.
      if (error instanceof DuplicateError && (error.key === 'id' || (await this.get(document.id)))) return false;
      throw error;
    }
    probes.committed.publish(document);
    return true;
  }

  async replace(document: Document<S>): Promise<boolean> {
    const { _id, rev, ...rest } = this.#stored(document);
    const replacing = () => this.#raw.replaceOne({ _id, rev }, { ...rest, rev: rev + 1 });
    const replaced = (await this.#do(replacing)).matchedCount === 1;
    if (replaced) probes.committed.publish(document);
    return replaced;
  }

  async dropPublished(id: string, eventIds: readonly string[]): Promise<void> {
    const confirmed = { $in: [...eventIds] };
    await this.#do(() =>
      this.#model
        .updateOne({ _id: id, 'outbox.id': confirmed }, { $pull: { outbox: { id: confirmed } }, $inc: { rev: 1 } })
        .exec(),
    );
  }

  async find(index: string, options: FindOptions): Promise<Page<S>> {
    knownIndex(this.name, this.#keys, index);
    checkLimit(options);
    const field = fieldOf(index);
    const order: SortOrder = options.order === 'descending' ? -1 : 1;
    const query = { $and: conditions(field, options) };
    const found = await this.#do(() =>
      this.#model
        .find(query)
        .sort(field === '_id' ? { _id: order } : { [field]: order, _id: order })
        .limit(options.limit + 1)
        .lean<Stored[]>()
        .exec(),
    );
    const key = this.#keys.find(({ name }) => name === index);
    return pageOf(found.map(toDocument<S>), options.limit, ({ state, id }) => (key ? key.of(state, id) : id) ?? '');
  }

  async count(index: string, prefix: string): Promise<number> {
    knownIndex(this.name, this.#keys, index);
    const query = { $and: conditions(fieldOf(index), { prefix }) };
    return this.#do(() => this.#model.countDocuments(query).exec());
  }

  async unpublished({ from = '', before = endOf(''), limit }: UnpublishedOptions): Promise<Document<S>[]> {
    checkLimit({ limit });
    const between = { outbox: { $elemMatch: { at: { $gte: from, $lt: before } } } };
    const finding = () => this.#model.find(between).sort({ 'outbox.at': 1 }).limit(limit).lean<Stored[]>().exec();
    return (await this.#do(finding)).map(toDocument<S>);
  }

  async backlog(now: string): Promise<Backlog> {
    const counting = () => this.#model.countDocuments({ 'outbox.at': { $gte: '' } }).exec();
    const [documents, [oldest], [ahead]] = await Promise.all([
      this.#do(counting),
      this.unpublished({ limit: 1 }),
      this.unpublished({ from: new Date(Date.parse(now) + 1).toISOString(), limit: 1 }),
    ]);
    const times = [...(oldest?.outbox ?? []), ...(ahead?.outbox ?? [])].map(({ at }) => at).sort();
    const [oldestAt, aheadAt] = [times.find((at) => at <= now), times.find((at) => at > now)];
    return { documents, ...(oldestAt !== undefined && { oldestAt }), ...(aheadAt !== undefined && { aheadAt }) };
  }

  async delete({ id, rev, outbox }: Document<S>): Promise<boolean> {
    if (outbox.length > 0) throw new OutboxNotEmptyError(this.name, id);
    const deleting = () => this.#model.deleteOne({ _id: id, rev, outbox: { $size: 0 } }).exec();
    return (await this.#do(deleting)).deletedCount === 1;
  }

  // Whole documents are written as they are: casting could only change a state, which may be any JSON.
  get #raw(): mongo.Collection<Stored> {
    return this.#model.collection as unknown as mongo.Collection<Stored>;
  }

  #do<T>(operation: () => Promise<T>): Promise<T> {
    return this.#operate(this.name, operation);
  }

  #stored({ id, rev, version, state, outbox, seen }: Document<S>): Stored {
    const keys = this.#keys.map(({ name, of }) => [name, of(state, id)]).filter(([, key]) => key !== undefined);
    const lists = { outbox: [...outbox], seen: [...seen] };
    const stored = { _id: id, rev, version, state: encode(state), ...lists, keys: Object.fromEntries(keys) };
    // A server hangs up on a message that is far too large, which looks as if it were away.
    if (mongo.BSON.calculateObjectSize(stored) > MOST_BYTES) throw new DocumentTooLargeError(this.name);
    return stored;
  }
}

export function fieldOf(key: string): string {
  return key === 'id' ? '_id' : `keys.${key}`;
}

function conditions(
  field: string,
  { prefix, from, to, after, order }: Omit<FindOptions, 'limit'>,
): Record<string, unknown>[] {
  const conditions: Record<string, unknown>[] = [{ [field]: { $gte: from ?? '' } }];
  if (to !== undefined) conditions.push({ [field]: { $lt: to } });
  if (prefix) conditions.push({ [field]: { $gte: prefix, $lt: endOf(prefix) } });
  if (after !== undefined) {
    const { key, id } = parseCursor(after);
    const [beyond, atOrBeyond] = order === 'descending' ? ['$lt', '$lte'] : ['$gt', '$gte'];
    const tie = { [field]: key, _id: { [beyond]: id } };
    conditions.push({ [field]: { [atOrBeyond]: key } }, { $or: [{ [field]: { [beyond]: key } }, tie] });
  }
  return conditions;
}

function toDocument<S>({ _id, rev, version, state, outbox, seen }: Stored): Document<S> {
  const entries = outbox.map(({ id, sequence, at, type, body, signature }) => ({
    id,
    sequence,
    at,
    type,
    body,
    signature,
  }));
  return { id: _id, rev, version, state: decode(state) as S, outbox: entries, seen };
}
