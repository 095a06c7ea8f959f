import type { CollectionSpec, Document, KeyOf } from './collection.ts';

/** A declared index or unique key. */
export interface Key<S> {
  readonly name: string;
  readonly unique: boolean;
  readonly of: KeyOf<S>;
}

/** The keys of a specification. Throws where a name could not be one of a column or field on every adapter. */
export function keysOf<S>(collection: string, spec: CollectionSpec<S>): Key<S>[] {
  const keys = [
    ...Object.entries(spec.indexes ?? {}).map(([name, of]) => ({ name, unique: false, of })),
    ...Object.entries(spec.unique ?? {}).map(([name, of]) => ({ name, unique: true, of })),
  ];
  checkName('collection', collection);
  for (const { name } of keys) checkName('index', name);
  const names = keys.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, at) => name === 'id' || names.indexOf(name) !== at);
  if (twice) throw new TypeError(`collection ${collection} has more than one index called ${twice}`);
  return keys;
}

export function knownIndex<S>(collection: string, keys: readonly Key<S>[], index: string): void {
  if (index !== 'id' && !keys.some(({ name }) => name === index)) {
    throw new TypeError(`collection ${collection} has no index ${index}`);
  }
}

/** Both adapters keep text as UTF-8, where a lone surrogate would turn into another id. */
export function checkId(document: Document<unknown>): void {
  if (document.id === '' || !document.id.isWellFormed()) throw new TypeError('a document needs a well-formed id');
}

function checkName(what: string, name: string): void {
  if (!/^[a-z][a-z0-9_-]{0,59}$/i.test(name)) throw new TypeError(`${name} cannot be the name of a ${what}`);
}
