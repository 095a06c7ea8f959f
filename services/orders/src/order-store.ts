import type { KeyRing } from '@order-events/contracts';
import {
  type Cause,
  type CollectionSpec,
  createDocuments,
  type Decision,
  type Document,
  type Documents,
  type FindOptions,
  key,
  type Page,
  type Relay,
  type Store,
} from '@order-events/store';
import { OrderMissingError } from './errors.ts';
import type { OrderState } from './order.ts';
import { type Awaited, awaits } from './saga.ts';

export type OrderDocument = Document<OrderState>;
export type OrderPage = Page<OrderState>;

/** Selects orders by owner and status. A field that is absent selects all. */
export interface OrderFilter {
  readonly userId?: string;
  readonly status?: number;
}

export interface OrderStore extends Pick<Documents<OrderState>, 'get' | 'change'> {
  /** Changes an order that must be stored. Rejects with OrderMissingError when it isn't. */
  changeExisting(id: string, decide: (order: OrderState) => Decision<OrderState>, cause: Cause): Promise<void>;
  /** Newest first. */
  list(filter: OrderFilter, page: Pick<FindOptions, 'after' | 'limit'>): Promise<OrderPage>;
  /** Orders placed before `before` that still wait for `awaited`, oldest first. */
  waiting(awaited: Awaited, before: string, page: Pick<FindOptions, 'after' | 'limit'>): Promise<OrderPage>;
}

const spec: CollectionSpec<OrderState> = {
  unique: { orderNumber: ({ order }) => order.orderNumber },
  indexes: {
    byTime: ({ order }) => order.createdAt,
    byStatus: ({ order }) => key(String(order.status), order.createdAt),
    byUser: ({ order }) => key(order.userId, order.createdAt),
    byUserAndStatus: ({ order }) => key(order.userId, String(order.status), order.createdAt),
    waiting: (state) => {
      const awaited = awaits(state);
      return awaited && key(awaited, state.order.createdAt);
    },
  },
};

interface Parts {
  readonly keys: KeyRing;
  readonly relay: Relay;
  readonly clock: () => Date;
}

export async function openOrderStore(store: Store, parts: Parts): Promise<OrderStore> {
  const collection = await store.collection<OrderState>('orders', spec);
  parts.relay.watch(collection);
  const userId = ({ order }: OrderState) => order.userId;
  const documents = createDocuments(collection, { ...parts, source: '/services/orders', keepsSeen: true, userId });
  return {
    get: documents.get,
    change: documents.change,
    async changeExisting(id, decide, cause) {
      await documents.change(id, (order) => decide(present(id, order)), cause);
    },
    list(filter, page) {
      const { index, prefix } = indexOf(filter);
      return documents.find(index, { prefix, order: 'descending', ...page });
    },
    waiting: (awaited, before, page) =>
      documents.find('waiting', { from: key(awaited, ''), to: key(awaited, before), ...page }),
  };
}

function present(id: string, order: OrderState | undefined): OrderState {
  if (!order) throw new OrderMissingError(id);
  return order;
}

function indexOf({ userId, status }: OrderFilter): { index: string; prefix: string } {
  if (userId !== undefined && status !== undefined) {
    return { index: 'byUserAndStatus', prefix: key(userId, String(status), '') };
  }
  if (userId !== undefined) return { index: 'byUser', prefix: key(userId, '') };
  if (status !== undefined) return { index: 'byStatus', prefix: key(String(status), '') };
  return { index: 'byTime', prefix: '' };
}
