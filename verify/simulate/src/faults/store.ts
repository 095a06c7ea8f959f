import { repeating, withMethods, wrapExport } from '@order-events/prove/plant';

const relay = 'libs/store/src/outbox-relay.ts';
const documents = 'libs/store/src/documents.ts';
const postOnce = 'libs/store/src/post-once.ts';

export const ignoreFailedPublish = wrapExport(
  relay,
  'createRelay',
  (real) => (options) => real({ ...options, publish: (entry) => options.publish(entry).catch(() => undefined) }),
);

export const waitBriefly = wrapExport(relay, 'createRelay', (real) => (options) => {
  const briefly = () => new Promise<void>((over) => setTimeout(over, 50));
  return real({ ...options, publish: (entry) => Promise.race([options.publish(entry), briefly()]) });
});

export const neverSweep = wrapExport(
  relay,
  'createRelay',
  (real) => (options) => withMethods(real(options), { sweep: async () => undefined }),
);

export const decideAgain = wrapExport('libs/store/src/append-events.ts', 'isConsumed', () => () => false);

export const ignoreLostRace = wrapExport(
  documents,
  'createDocuments',
  (real) => (collection, options) =>
    real(
      withMethods(collection, {
        insert: async (document) => (await collection.insert(document)) || true,
        replace: async (document) => (await collection.replace(document)) || true,
      }),
      options,
    ),
);

export const readBefore = wrapExport(documents, 'createDocuments', (real) => (collection, options) => {
  const made = real(collection, options);
  const change: typeof made.change = (id, decision, cause, readAfter) => {
    const early = readAfter && made.get(id).then(readAfter);
    early?.catch(() => undefined);
    return made.change(id, decision, cause, early && (() => early));
  };
  return withMethods(made, { change });
});

export const overwriteInMemory = wrapExport('libs/testing/src/memory-table.ts', 'MemoryTable', (Real) => {
  return class extends Real {
    override replace(document: Parameters<InstanceType<typeof Real>['replace']>[0]): boolean {
      return super.replace({ ...document, rev: this.revOf(document.id) ?? document.rev });
    }
  };
});

export const sellTwice = wrapExport(postOnce, 'postOnce', (real) =>
  repeating(real, (operation) => operation === 'dispatch'),
);

export const dropMarkersEarly = wrapExport(postOnce, 'isOver', () => () => true);
