import type { KeyRing } from '@order-events/contracts';
import { createDocuments, type Documents, type Relay, type Store } from '@order-events/store';
import type { Gift } from './gift.ts';

export type GiftStore = Pick<Documents<Gift>, 'get' | 'change'>;

interface Parts {
  readonly keys: KeyRing;
  readonly relay: Relay;
  readonly clock: () => Date;
}

/** One document per order; its id is the order's, so a gift can't be granted twice. */
export async function openGiftStore(store: Store, parts: Parts): Promise<GiftStore> {
  const collection = await store.collection<Gift>('gifts');
  parts.relay.watch(collection);
  return createDocuments(collection, {
    ...parts,
    source: '/services/gifts',
    keepsSeen: true,
    userId: ({ userId }) => userId,
  });
}
