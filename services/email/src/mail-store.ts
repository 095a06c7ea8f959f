import type { KeyRing } from '@order-events/contracts';
import { createDocuments, type Documents, key, type Relay, type Store } from '@order-events/store';
import type { Mail } from './mail.ts';

export type Mails = Documents<Mail>;

interface Parts {
  readonly keys: KeyRing;
  readonly relay: Relay;
  readonly clock: () => Date;
}

/** One document per mail. Its status shows what is still to do, so ids of consumed events need not be stored. */
export async function openMails(store: Store, parts: Parts): Promise<Mails> {
  const collection = await store.collection<Mail>('mails', {
    indexes: {
      byOrder: ({ orderId, createdAt }) => key(orderId, createdAt),
      unsent: ({ status, until }) => (status === 'sending' ? until : undefined),
    },
  });
  parts.relay.watch(collection);
  return createDocuments(collection, {
    ...parts,
    source: '/services/email',
    keepsSeen: false,
    userId: ({ userId }) => userId,
  });
}
