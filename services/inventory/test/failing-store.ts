import type { Store } from '@order-events/store';
import type { MemoryStore } from '@order-events/testing/memory-store';

/** A store whose process dies before the write with this number, counted from 0: from then on nothing is written. */
export function failingAfter(writes: number, store: MemoryStore): Store {
  const over = store.another();
  let left = writes;
  const mayWrite = () => {
    if (left-- <= 0) throw new Error('gone');
  };
  return {
    ping: () => over.ping(),
    close: () => over.close(),
    async collection(name, spec) {
      const near = await over.collection<never>(name, spec as never);
      const { insert, replace } = near;
      async function dyingInsert(document: never) {
        mayWrite();
        return insert.call(near, document);
      }
      async function dyingReplace(document: never) {
        mayWrite();
        return replace.call(near, document);
      }
      return Object.assign(near, { insert: dyingInsert, replace: dyingReplace }) as never;
    },
  };
}
