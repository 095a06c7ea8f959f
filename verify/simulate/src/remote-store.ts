import {
  type Collection,
  type CollectionSpec,
  type Document,
  type FindOptions,
  type Page,
  type Store,
  StoreUnavailableError,
} from '@order-events/store';
import { MemoryStore } from '@order-events/testing/memory-store';
import type { SimulatedProcess } from './process.ts';
import { remote } from './remote.ts';
import type { World } from './world.ts';

/** Told of every document that was written, at the moment when it was. */
export type Watch = (collection: string, document: Document<unknown>) => void;

/** A service's store as one of its processes sees it: far away, and sometimes out of reach. */
export function storeFor(world: World, process: SimulatedProcess, isDown: () => boolean, watch: Watch): Store {
  const kept = world.stores.get(process.service) ?? new MemoryStore();
  world.stores.set(process.service, kept);
  const fails = () => (isDown() ? 1 : world.dangers.storeFails);
  const failure = () => new StoreUnavailableError('the store does not answer');

  function ask<T>(what: string, effect: () => Promise<T>): Promise<T> {
    return remote(world, { process, what, effect, fails, failure });
  }

  function far<S>(near: Collection<S>): Collection<S> {
    const { name } = near;
    return {
      name,
      get: (id) => ask(`get ${name} ${id}`, () => near.get(id)),
      insert: (document) => ask(`insert ${name} ${told(document)}`, () => watched(near.insert(document), document)),
      replace: (document) => ask(`replace ${name} ${told(document)}`, () => watched(near.replace(document), document)),
      dropPublished: (id, ids) => ask(`drop ${name} ${id} ${ids.length}`, () => near.dropPublished(id, ids)),
      find: (index: string, options: FindOptions): Promise<Page<S>> =>
        ask(`find ${name} ${index}`, () => near.find(index, options)),
      count: (index, prefix) => ask(`count ${name} ${index}`, () => near.count(index, prefix)),
      unpublished: (options) => ask(`unpublished ${name}`, () => near.unpublished(options)),
      backlog: (now) => ask(`backlog ${name}`, () => near.backlog(now)),
      delete: (document) => ask(`delete ${name} ${document.id}`, () => near.delete(document)),
    };

    async function watched<T>(write: Promise<T>, document: Document<S>): Promise<T> {
      const done = await write;
      if (done !== false) watch(name, document);
      return done;
    }
  }

  return {
    collection: async <S>(name: string, spec?: CollectionSpec<S>) =>
      far(await ask(`open ${name}`, () => kept.collection<S>(name, spec))),
    ping: () => ask('ping', () => kept.ping()),
    close: async () => undefined,
  };
}

function told({ id, rev, version, outbox, state }: Document<unknown>): string {
  const { status } = (state ?? {}) as { status?: unknown };
  const as = typeof status === 'string' ? ` ${status}` : '';
  return `${id} rev ${rev}, version ${version}, outbox ${outbox.length}${as}`;
}
