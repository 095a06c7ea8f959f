import { type Collection, compareAndSet, key, newDocument, type Page, type Store } from '@order-events/store';
import { type Action, hasEnded } from './action.ts';
import { ActionNotFoundError } from './errors.ts';

/** The record of operators' actions, done and pending. */
export interface ActionStore {
  get(id: string): Promise<Action | undefined>;
  /** False when an action with this id is stored: then nothing changes. */
  insert(id: string, action: Action): Promise<boolean>;
  /** Decides on the stored action. Rejects with ActionNotFoundError. */
  change(id: string, decide: (action: Action) => Action): Promise<Action>;
  /** Actions that have not ended, with their ids, the oldest first. */
  unfinished(): AsyncIterable<{ id: string; action: Action }>;
  /** Newest first. */
  list(queue: string | undefined, page: { limit: number; after?: string }): Promise<Page<Action>>;
}

const indexes = {
  byTime: ({ requestedAt }: Action) => requestedAt,
  byQueue: ({ queue, requestedAt }: Action) => key(queue, requestedAt),
  open: (action: Action) => (hasEnded(action) ? undefined : action.requestedAt),
  /** The edits of an event, for an operator who rebuilds a service from the log. */
  edits: ({ edit, letters, requestedAt }: Action) => edit && letters[0] && key(letters[0].id, requestedAt),
};
const PAGE = 100;

export async function openActions(store: Store): Promise<ActionStore> {
  return actionStore(await store.collection<Action>('dead-letter-actions', { indexes }));
}

function actionStore(actions: Collection<Action>): ActionStore {
  return {
    get: async (id) => (await actions.get(id))?.state,
    insert: (id, action) => actions.insert(newDocument(id, action)),
    async change(id, decide) {
      const { state } = await compareAndSet(actions, id, (found) => {
        if (!found) throw new ActionNotFoundError(id);
        return decide(found.state);
      });
      return state;
    },
    async *unfinished() {
      for (let after: string | undefined, more = true; more; more = after !== undefined) {
        const page = await actions.find('open', { limit: PAGE, ...(after !== undefined && { after }) });
        yield* page.documents.map(({ id, state }) => ({ id, action: state }));
        after = page.next;
      }
    },
    list(queue, page) {
      const newest = { ...page, order: 'descending' } as const;
      return queue === undefined
        ? actions.find('byTime', newest)
        : actions.find('byQueue', { ...newest, prefix: key(queue, '') });
    },
  };
}
