import type { Documents, Entry, Totals, Work } from '@order-events/store';
import { repeating } from './repeating.ts';
import { withMethods } from './with-methods.ts';
import { wrapExport } from './wrap-export.ts';

const relay = 'libs/store/src/outbox-relay.ts';

export const dropBeforePublishing = wrapExport(relay, 'createRelay', (real) => (options) => {
  const made = real(options);
  const committed: typeof made.committed = (collection, document) => {
    const dropped = collection.dropPublished(
      document.id,
      document.outbox.map(({ id }) => id),
    );
    dropped.catch(() => undefined).finally(() => made.committed(collection, document));
  };
  return withMethods(made, { committed });
});

export const forgetOutbox = wrapExport(
  'libs/store/src/append-events.ts',
  'appendEvents',
  (real) =>
    (document, ...why) =>
      real({ ...document, outbox: [] }, ...why),
);

export const overwriteInSqlite = wrapExport('libs/store/src/sqlite/collection.ts', 'SqliteCollection', (Real) => {
  return class<S> extends Real<S> {
    override async replace(document: Parameters<InstanceType<typeof Real<S>>['replace']>[0]): Promise<boolean> {
      for (;;) {
        const stored = await this.get(document.id);
        if (!stored) return false;
        if (await super.replace({ ...document, rev: stored.rev })) return true;
      }
    }
  };
});

export const loseOutboxMark = wrapExport('libs/store/src/sqlite/collection.ts', 'SqliteCollection', (Real) => {
  return class<S> extends Real<S> {
    override async unpublished(): Promise<[]> {
      return [];
    }
  };
});

export const holdTwice = wrapExport('libs/store/src/post-once.ts', 'postOnce', (real) => repeating(real, () => true));

export const undoTooEarly = wrapExport('libs/store/src/postings.ts', 'createPostings', (real) => (options) => {
  const postings = real(options);
  const finish: typeof postings.finish = (work) => {
    const { entries, rules } = work;
    let refused: Parameters<typeof rules.complete>[0] | undefined;
    const refuse: typeof rules.refuse = (...refusal) => {
      const turned = rules.refuse(...refusal);
      refused = turned?.state;
      return turned;
    };
    const change: typeof entries.change = async (...turn) => {
      if (refused) await undo(options.totals, work, refused);
      const changed = await entries.change(...turn);
      refused = undefined;
      return changed;
    };
    return postings.finish({
      ...work,
      rules: withMethods(rules, { refuse }),
      entries: withMethods(entries, { change }),
    });
  };
  return withMethods(postings, { finish });
});

/** Does what the entry will say once it is turned. */
async function undo<E extends Entry, T extends Totals>(totals: Documents<T>, work: Work<E, T>, turned: E) {
  const { id, rules, cause } = work;
  for (const totalId of rules.totalsOf(turned)) {
    const move = (total: T | undefined) => {
      const last = total?.moving[id] ?? 0;
      const moved = last < turned.n ? rules.move(totalId, total, turned, last, 0) : unchanged(total);
      if ('unchanged' in moved) return moved;
      return { ...moved, state: { ...moved.state, moving: { ...moved.state.moving, [id]: turned.n } } };
    };
    await totals.change<T | undefined>(totalId, move, cause);
    rules.moved?.(turned);
  }
}

const unchanged = <S>(state: S) => ({ unchanged: true, state }) as const;

export const sweepSooner = wrapExport(
  'libs/store/src/sweep.ts',
  'createSweep',
  (real) => (options) => real({ everyMs: 3_000, ...options }),
);

export const sweepYounger = wrapExport(
  relay,
  'createRelay',
  (real) => (options) => real({ ...options, limits: { sweepAgeMs: 2_000, ...options.limits } }),
);
