import { type Model, Schema } from 'mongoose';
import { DuplicateError } from '../errors.ts';
import type { Key } from '../keys.ts';
import { fieldOf, type Stored } from './collection.ts';
import { decode } from './names.ts';

const text = { type: String, required: true };
const number = { type: Number, required: true };

const entry = new Schema(
  { id: text, sequence: number, at: text, type: text, body: text, signature: text },
  { _id: false, id: false },
);

/** Real documents: the state can be read and queried with the database's own tools. */
export const schema = new Schema<Stored>(
  {
    _id: text,
    rev: number,
    version: number,
    state: Schema.Types.Mixed,
    outbox: [entry],
    seen: [String],
    keys: Schema.Types.Mixed,
  },
  { id: false, versionKey: false, minimize: false, autoIndex: false, autoCreate: false },
);

/** Makes the collection and its indexes. An index is made after the documents there have its key: being there, it is complete. */
export async function prepareCollection<S>(model: Model<Stored>, keys: readonly Key<S>[]): Promise<void> {
  await model.createCollection();
  await model.collection.createIndex({ 'outbox.at': 1 }, { name: 'unpublished' });
  const indexes = new Set((await model.listIndexes()).map(({ name }) => name));
  const missing = keys.filter((key) => !indexes.has(indexName(key)));
  if (missing.length > 0) await addKeys(model, missing);
  for (const key of missing) {
    const former = indexName({ ...key, unique: !key.unique });
    if (indexes.has(former)) await model.collection.dropIndex(former);
    await addIndex(model, key);
  }
}

function indexName<S>({ name, unique }: Key<S>): string {
  return `${unique ? 'one' : 'by'}-${name}`;
}

async function addIndex<S>(model: Model<Stored>, key: Key<S>): Promise<void> {
  const name = indexName(key);
  try {
    if (key.unique)
      await model.collection.createIndex({ [fieldOf(key.name)]: 1 }, { name, unique: true, sparse: true });
    else await model.collection.createIndex({ [fieldOf(key.name)]: 1, _id: 1 }, { name });
  } catch (error) {
    const taken = (error as { code?: unknown }).code === 11000;
    throw taken ? new DuplicateError(model.collection.name, key.name, { cause: error }) : error;
  }
}

async function addKeys<S>(model: Model<Stored>, keys: readonly Key<S>[]): Promise<void> {
  for await (const stored of model.find().lean<Stored>().cursor()) {
    let current: Stored | null = stored;
    while (current && !(await addKeysTo(model, current, keys))) {
      current = await model.findById(stored._id).lean<Stored>().exec();
    }
  }
}

/** False when the document changed since it was read. */
async function addKeysTo<S>(
  model: Model<Stored>,
  { _id, rev, state }: Stored,
  keys: readonly Key<S>[],
): Promise<boolean> {
  const values = keys.map(({ name, of }) => [fieldOf(name), of(decode(state) as S, _id)]);
  const known = values.filter(([, value]) => value !== undefined);
  if (known.length === 0) return true;
  const { matchedCount } = await model.updateOne({ _id, rev }, { $set: Object.fromEntries(known) }).exec();
  return matchedCount === 1;
}
