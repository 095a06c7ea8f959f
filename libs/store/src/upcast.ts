import type { Collection, Document, Page } from './collection.ts';

/** The collection with its states as `upcast` makes them of those stored, which may be of an earlier shape. */
export function upcasting<S>(collection: Collection<S>, upcast: (stored: S) => S): Collection<S> {
  const read = (document: Document<S>): Document<S> => ({ ...document, state: upcast(document.state) });
  const readAll = ({ documents, ...rest }: Page<S>): Page<S> => ({ ...rest, documents: documents.map(read) });
  return {
    name: collection.name,
    async get(id) {
      const document = await collection.get(id);
      return document && read(document);
    },
    find: async (index, options) => readAll(await collection.find(index, options)),
    count: (index, prefix) => collection.count(index, prefix),
    backlog: (now) => collection.backlog(now),
    unpublished: async (options) => (await collection.unpublished(options)).map(read),
    insert: (document) => collection.insert(document),
    replace: (document) => collection.replace(document),
    dropPublished: (id, eventIds) => collection.dropPublished(id, eventIds),
    delete: (document) => collection.delete(document),
  };
}
